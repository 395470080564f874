"""FastAPI on uvicorn: a middleware verifies the signed cookie and renews it on every reply. With --version: what runs it."""

import hmac
import os
import socket
import sys

import fastapi
import itsdangerous
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

LIFETIME = 86_400
key = os.environ.get("API_KEY", "").encode()
signer = itsdangerous.TimestampSigner(os.environ.get("SECRET", ""))
app = FastAPI()


def is_key(given: str) -> bool:
    return hmac.compare_digest(given.encode(), key)


def renew(response):
    response.set_cookie(
        "session",
        signer.sign("authenticated").decode(),
        max_age=LIFETIME,
        httponly=True,
        secure=True,
        samesite="strict",
    )
    return response


@app.middleware("http")
async def authenticate(request: Request, call_next):
    if request.url.path == "/api/auth/login":
        return await call_next(request)
    if is_key(request.headers.get("x-api-key", "")):
        request.state.caller = {"by": "key"}
        return await call_next(request)
    try:
        token = request.cookies.get("session", "")
        _, issued = signer.unsign(token, max_age=LIFETIME, return_timestamp=True)
    except itsdangerous.BadSignature:
        return JSONResponse({"detail": "Not authenticated"}, status_code=401)
    issued_at = int(issued.timestamp())
    request.state.caller = {"by": "session", "issued_at": issued_at, "expires_at": issued_at + LIFETIME}
    return renew(await call_next(request))


@app.get("/api/auth/session")
async def session(request: Request):
    return request.state.caller


@app.post("/api/auth/login")
async def login(request: Request):
    if not is_key((await request.json()).get("api_key", "")):
        return JSONResponse({"detail": "Invalid API key"}, status_code=401)
    return renew(JSONResponse({"status": "ok"}))


def installed(name: str) -> bool:
    try:
        __import__(name)
        return True
    except ImportError:
        return False


if "--version" in sys.argv:
    parts = [name for name in ("uvloop", "httptools") if installed(name)]
    print(f"{fastapi.__version__}, uvicorn {uvicorn.__version__}" + "".join(f" + {part}" for part in parts))
else:
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    # A client that leaves while an answer is on its way is an "error" with a page of traceback.
    config = uvicorn.Config(app, log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
