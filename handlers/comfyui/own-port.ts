import { redirect } from '../../core/http/reply.ts';
import type { Route } from '../../core/http/route.ts';
import { passOn } from './pass-on.ts';
import { passSocket } from './pass-socket.ts';

/** Studio's own on ComfyUI's port: what it takes to get in. ComfyUI has nothing of its own there. */
const STUDIOS = /^\/(?:login$|static\/|api\/auth\/|api\/health$)/;

/** The routes of STUDIO_COMFYUI_PORT: ComfyUI at `/`, behind the same login. `routes` are the main port's. */
export function ownPortRoutes(routes: readonly Route[]): readonly Route[] {
  return [
    ...routes.filter(({ path }) => STUDIOS.test(path)),
    {
      method: 'GET',
      path: '/home',
      access: 'authenticated',
      // Where a login leads that began at no other page.
      handler: () => redirect('/'),
      summary: 'To the editor',
    },
    {
      method: 'ANY',
      path: '/*',
      access: 'authenticated',
      handler: passOn(''),
      body: 'stream',
      passedOn: true,
      summary: 'ComfyUI',
    },
    {
      method: 'WS',
      path: '/*',
      access: 'authenticated',
      socket: passSocket(''),
      passedOn: true,
      summary: "ComfyUI's sockets, and those of custom nodes",
    },
  ];
}
