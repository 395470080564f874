import type { Test } from 'tap';
import { createSocketUpstream } from '../../core/proxy/socket-upstream.ts';
import { targetOf } from '../../core/proxy/target.ts';
import { routes } from '../../handlers/routes.ts';
import { serveRoutes } from './server.ts';
import type { Speaker } from './speaker.ts';
import { startTestStudio } from './studio.ts';

/** Both mounts in front of one upstream. */
export async function bothMounts(t: Test, url: string) {
  const studio = await startTestStudio(t, { COMFYUI_URL: url, STUDIO_COMFYUI_PORT: '0' });
  return {
    studio,
    mounts: [
      ['/comfyui', `ws://127.0.0.1:${studio.port}/comfyui`],
      ['the own port', `ws://127.0.0.1:${studio.comfyuiPort}`],
    ] as const,
  };
}

/** Only the sockets, with a made-up context. */
export async function serveSockets(t: Test, url: string, overrides: Parameters<typeof serveRoutes>[2] = {}) {
  const comfyuiSockets = createSocketUpstream(targetOf(url));
  t.teardown(() => comfyuiSockets.close());
  return serveRoutes(t, routes, { comfyuiSockets, ...overrides });
}

/** The handshake was answered, with 101 or a refusal. */
export const answered = ({ status }: Speaker): boolean => status !== 0;

/** The socket is closed. */
export const ended = ({ end }: Speaker): boolean => end !== null;
