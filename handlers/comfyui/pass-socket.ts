import { HttpError } from '../../core/http/http-error.ts';
import type { PassedSocketHandler } from '../../core/http/route.ts';
import { passedRequestLines } from '../../core/proxy/passed-request.ts';
import { relay } from '../../core/proxy/relay.ts';

/** Where ComfyUI itself talks of runs; sockets elsewhere are custom nodes' own. The guard lets no letter be escaped. */
const RUNS_SOCKET = /^\/(?:api\/)?ws$/;

/**
 * Every WebSocket below `at`: ComfyUI's own and those of custom nodes. ComfyUI hears of it once it is accepted here; what
 * the client says until ComfyUI has answered is held. When that cannot be reached, the socket closes with 1013 or 1014.
 */
export function passSocket(at: '' | '/comfyui'): PassedSocketHandler {
  return (context, request) => {
    const path = request.path.slice(at.length);
    // A handshake is a GET, and to a route that knows no WebSocket it is nothing else: so the Manager's are judged as such.
    context.manager.admitWithoutBody({ method: 'GET', path, query: request.rawQuery }, request);
    const isOfRuns = RUNS_SOCKET.test(path);
    const clientId = request.query.get('clientId') ?? '';
    if (isOfRuns && context.runs.isOwnClient(clientId))
      throw new HttpError(403, 'This clientId is Studio’s own: choose another.');
    const protocol = isOfRuns ? '' : firstProtocol(request.header('sec-websocket-protocol'));
    const upgrade = {
      path: request.rawQuery === '' ? path : `${path}?${request.rawQuery}`,
      lines: passedRequestLines(request, {
        isOwnAuthorization: context.gate.holdsKey,
        hasAuthorization: context.config.comfyuiAuthorization !== null,
      }),
      protocol,
    };
    return {
      protocol,
      listen(socket) {
        return relay(
          socket,
          (listener) => context.comfyuiSockets.open(upgrade, listener),
          () => (isOfRuns ? context.runs.overhear(clientId || null) : null),
        );
      },
    };
  };
}

/**
 * The one to agree on: the handshake is answered before ComfyUI is asked which it would take. Its own socket takes none,
 * whatever is offered, and a client is told so.
 */
function firstProtocol(offered: string): string {
  return offered.split(',', 1)[0]?.trim() ?? '';
}
