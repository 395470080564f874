import { stringify } from 'lossless-json';
import type { Context } from '../../core/context.ts';
import type { ByteSource } from '../../core/http/byte-stream.ts';
import { collect } from '../../core/http/collect.ts';
import { parseJson } from '../../core/http/json-body.ts';
import { forward, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import type { Handler } from '../../core/http/route.ts';
import { passedAnswerLines } from '../../core/proxy/passed-answer.ts';
import { passedRequestLines } from '../../core/proxy/passed-request.ts';

/** What the Manager is told in one call. */
const JUDGED_BODY_LIMIT = 1024 * 1024;

/**
 * Every method below `at`: ComfyUI itself, streamed both ways. What it may not see of the request and what it may not say to
 * the browser is left out; a call to its Manager is judged first. Path, query and body go as they came.
 */
export function passOn(at: '' | '/comfyui'): Handler {
  return async (context, request) => {
    const path = request.path.slice(at.length);
    const { method, rawQuery } = request;
    const body = await judged(context, request, path);
    const answer = await context.comfyui.send({
      method,
      path: rawQuery === '' ? path : `${path}?${rawQuery}`,
      lines: passedRequestLines(request, {
        isOwnAuthorization: context.gate.holdsKey,
        hasAuthorization: context.config.comfyuiAuthorization !== null,
      }),
      body,
      client: request,
    });
    const mount = { at, upstream: context.config.comfyuiUrl };
    return forward(answer.status, passedAnswerLines(answer.fields, path, mount), answer.body) satisfies Reply;
  };
}

/** The body to pass on. What was judged is what goes on: written anew, so that nobody reads it in another way. */
function judged(
  { manager }: Context,
  request: Request,
  path: string,
): ByteSource | null | Promise<Uint8Array> {
  const { method, rawQuery: query } = request;
  const source = request.stream();
  const concern = manager.concern(method, path, query);
  if (concern === 'none') return source;
  if (concern === 'judge-body') return judgedBody({ manager }, request, path, source);
  const refusal = manager.judge({ method, path, query, body: undefined });
  if (refusal !== null) throw refusal;
  return source;
}

async function judgedBody(
  { manager }: Pick<Context, 'manager'>,
  request: Request,
  path: string,
  source: ByteSource | null,
): Promise<Uint8Array> {
  const { method, rawQuery: query } = request;
  const bytes = source === null ? new Uint8Array() : await collect(source, JUDGED_BODY_LIMIT);
  const body = bytes.byteLength === 0 ? undefined : parseJson(bytes);
  const refusal = manager.judge({ method, path, query, body });
  if (refusal !== null) throw refusal;
  return body === undefined ? bytes : Buffer.from(stringify(body) ?? '');
}
