import type { z } from 'zod';
import { HttpError } from './http-error.ts';
import { parseJson } from './json-body.ts';
import type { RequestHead } from './request.ts';

/** A media type without its parameters, in lower case: 'application/json'. '' when none was sent. */
export function mediaType(request: Pick<RequestHead, 'header'>): string {
  return request.header('content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

const FORM = 'application/x-www-form-urlencoded';

/** What a body is to be read as, by its type; `other` is nothing that Studio reads. */
export type BodyKind = 'json' | 'form' | 'other';

/**
 * A missing type counts as JSON, for scripts; so does text/plain, which ComfyUI's own clients send. `curl -d '{...}'` says
 * that it sends a form: no form begins with a brace, since browsers escape it (WHATWG URL, 5.2).
 */
export function bodyKind(request: Pick<RequestHead, 'header'>, body: Uint8Array): BodyKind {
  const type = mediaType(request);
  if (type === FORM) return body[0] === OPENING_BRACE ? 'json' : 'form';
  return type === '' || type === 'application/json' || type === 'text/plain' ? 'json' : 'other';
}

const OPENING_BRACE = 0x7b;

/** The body as JSON that fits the schema. Throws HttpError 400 or 415. */
export function readJson<T>(request: Pick<RequestHead, 'header'>, body: Uint8Array, schema: z.ZodType<T>): T {
  if (bodyKind(request, body) !== 'json') {
    throw new HttpError(415, 'The body must be application/json');
  }
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where =
    issue === undefined || issue.path.length === 0 ? 'The body' : issue.path.map(String).join('.');
  throw new HttpError(400, `${where.slice(0, 200)}: ${issue?.message ?? 'does not fit'}`);
}

/** The body as an HTML form (WHATWG URL, 5.1). Throws HttpError 415 when it says to be something else. */
export function readForm(request: Pick<RequestHead, 'header'>, body: Uint8Array): URLSearchParams {
  if (mediaType(request) !== FORM) {
    throw new HttpError(415, `The body must be ${FORM}`);
  }
  return new URLSearchParams(Buffer.from(body).toString('utf8'));
}
