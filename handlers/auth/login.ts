import { z } from 'zod';
import { throttled } from '../../core/auth/gate.ts';
import { safeNext } from '../../core/auth/next-path.ts';
import type { Context } from '../../core/context.ts';
import { bodyKind } from '../../core/http/body-readers.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply, redirect } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { senderOf } from '../../core/http/sender.ts';

const Credentials = z.object({ api_key: z.string().max(1024), next: z.string().nullish() });

/**
 * POST /api/auth/login: the key for a session.
 * JSON `{api_key, next?}` -> 200 `{"status":"ok","redirect":next or /home}`, 401 `{"detail":"Invalid API key"}`, 429 with
 * Retry-After. An HTML form with the same fields -> 303 to the page, or back to /login with the error in words.
 */
export function login(context: Context, request: Request): Reply {
  return bodyKind(request, request.bytes()) === 'form'
    ? loginByForm(context, request)
    : loginByJson(context, request);
}

function loginByJson(context: Context, request: Request): Reply {
  const { api_key, next } = request.json(Credentials);
  const verdict = context.gate.checkKey(api_key, request, context.now());
  if (verdict === 'wrong') throw new HttpError(401, 'Invalid API key');
  if (verdict !== 'right') throw throttled(verdict.retryAfter);
  return beginSession(context, request, json({ status: 'ok', redirect: safeNext(next) }));
}

function loginByForm(context: Context, request: Request): Reply {
  const form = request.form();
  const next = safeNext(form.get('next'));
  const verdict = context.gate.checkKey(form.get('api_key') ?? '', request, context.now());
  if (verdict === 'right') return beginSession(context, request, redirect(next, 303));
  const error = verdict === 'wrong' ? 'error=invalid' : `error=throttled&wait=${verdict.retryAfter}`;
  return redirect(`/login?${error}&next=${encodeURIComponent(next)}`, 303);
}

function beginSession(context: Context, request: Request, reply: Reply): Reply {
  context.events.append({
    type: 'auth.login',
    severity: 'info',
    message: `Somebody logged in from ${request.ip}`,
    data: { ...senderOf(request) },
  });
  context.transport.login(request.origin, context.now());
  return { ...reply, sessionCookie: context.sessions.cookieAt(context.now()) };
}
