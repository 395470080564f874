import type { Context } from '../../core/context.ts';
import type { ByteSource } from '../../core/http/byte-stream.ts';
import { collect } from '../../core/http/collect.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { forward, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import type { Handler } from '../../core/http/route.ts';
import { JSON_TYPE, MANAGER_BODY_LIMIT } from '../../core/proxy/manager-body.ts';
import { passedAnswerLines } from '../../core/proxy/passed-answer.ts';
import { passedRequestLines } from '../../core/proxy/passed-request.ts';
import type { UpstreamAnswer } from '../../core/proxy/upstream.ts';

/**
 * Every method below `at`: ComfyUI itself, streamed both ways. What it may not see of the request and what it may not say to
 * the browser is left out; a call to its Manager is judged first. Path, query and body go as they came, but for a body that
 * was judged: that is written anew, so that nobody reads it in another way.
 */
export function passOn(at: '' | '/comfyui'): Handler {
  // Not async: for a call that nobody has to judge each promise more would cost what a header does.
  return (context, request) => {
    if (at === '' && request.header('service-worker') !== '') throw NO_WORKER;
    const path = request.path.slice(at.length);
    const { method, rawQuery: query } = request;
    const source = request.stream();
    const judging = context.manager.admit({ method, path, query }, request, () => bytesOf(source));
    const mount = { at, upstream: context.config.comfyuiUrl };
    const toReply = ({ status, fields, body }: UpstreamAnswer): Reply =>
      forward(status, passedAnswerLines(fields, path, mount), body);
    const send = (judged: Uint8Array | null): Promise<Reply> =>
      context.comfyui
        .send({
          method,
          path: query === '' ? path : `${path}?${query}`,
          lines: lines(context, request, judged !== null),
          body: judged ?? source,
          client: request,
        })
        .then(toReply);
    return judging === null ? send(null) : judging.then(send);
  };
}

/**
 * At `/` a service worker of a node's could stand before Studio's login page, and read the key, long after the node is gone.
 * Browsers ask for its script with this header, which no page can leave out (Service Workers, "Update"). Below /comfyui/ it
 * reaches only what is ComfyUI's.
 */
const NO_WORKER = new HttpError(403, 'ComfyUI has no service workers here: they would reach the login page');

/** `isJudged`: the body is JSON of ours, whatever the client called its own. */
function lines({ gate, config }: Context, { headers }: Request, isJudged: boolean): string {
  return passedRequestLines(
    { headers: isJudged ? new Map([...headers, ['content-type', JSON_TYPE]]) : headers },
    {
      isOwnAuthorization: gate.holdsKey,
      hasAuthorization: config.comfyuiAuthorization !== null,
    },
  );
}

/** A body that is to be judged; null when it is too large for that. */
async function bytesOf(source: ByteSource | null): Promise<Uint8Array | null> {
  if (source === null) return new Uint8Array();
  return collect(source, MANAGER_BODY_LIMIT).catch((error: unknown) => {
    if (error instanceof HttpError && error.status === 413) return null;
    throw error;
  });
}
