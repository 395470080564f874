import { presentedKey } from '../core/auth/credentials.ts';
import { throttled } from '../core/auth/gate.ts';
import type { Context } from '../core/context.ts';
import { HttpError } from '../core/http/http-error.ts';
import type { Request } from '../core/http/request.ts';
import { senderOf } from '../core/http/sender.ts';

/**
 * Makes sure that the key itself came with the call, as X-API-Key, as a Bearer token, or as the body's `api_key`: a
 * cookie is not enough, nor a Basic password, since a browser sends both along for any script on this origin.
 * `bodyKey` is the body's `api_key`, where there is one. Throws HttpError 401 for a wrong key, 403 for none, 429 when
 * the address guessed too often; guesses count as at the login. A confirmed call is an event.
 */
export function confirm(context: Context, request: Request, bodyKey: string | undefined): void {
  demandKey(context, request, bodyKey);
  const { method, path } = request;
  context.events.append({
    type: 'admin.confirmed',
    severity: 'info',
    message: `${method} ${path} was confirmed with the key from ${request.ip}`,
    data: { method, path, ...senderOf(request) },
  });
}

function demandKey(context: Context, request: Request, bodyKey: string | undefined): void {
  const presented = presentedKey(request);
  const sent = presented === null || presented.scheme === 'basic' ? null : presented;
  if (request.caller.by === 'key' && sent !== null) return;
  if (bodyKey !== undefined) return check(context, request, bodyKey);
  if (sent === null)
    throw new HttpError(403, 'This needs the key itself: send X-API-Key, or api_key in the body');
  // The gate judged and counted a wrong X-API-Key already; with an open session it did not look at a Bearer token.
  if (sent.scheme === 'x-api-key') throw new HttpError(401, 'Invalid API key');
  check(context, request, sent.key);
}

function check(context: Context, request: Request, key: string): void {
  const verdict = context.gate.checkKey(key, request, context.now());
  if (verdict === 'wrong') throw new HttpError(401, 'Invalid API key');
  if (verdict !== 'right') throw throttled(verdict.retryAfter);
}
