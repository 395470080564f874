/**
 * One way to send the same bytes to many sockets, by SERVER: `studio` is Studio's own server and broadcast with runs that are
 * made up; `raw` is uWebSockets.js that publishes bytes it was given; `ws` is a loop over the ws package's sockets.
 */
import { WebSocketServer } from 'ws';
import { broadcast } from '../../core/broadcast.ts';
import type { RunProgress } from '../../core/runs/run.ts';
import type { RunWatcher } from '../../core/runs/runs.ts';
import { createServer } from '../../core/server/server.ts';
import uws from '../../core/server/uws.ts';
import { stream } from '../../handlers/run/stream.ts';
import { makeContext } from '../../test/support/handler.ts';
import { runProgress } from '../../test/support/run-progress.ts';

export type Kind = 'progress' | 'preview';

export interface Order {
  readonly kind: Kind;
  readonly perSecond: number;
  readonly seconds: number;
}

export type Answer = { readonly port: number } | { readonly published: number };

/** A message is the `step`-th state of a run, or a preview. */
type Send = (kind: Kind, step: number) => void;

const PREVIEW = Buffer.alloc(64 * 1024, 7);
const STEPS = 100;

function stateAt(step: number): RunProgress {
  return runProgress({
    prompt_id: 'b3c1d2e4-0000-4000-8000-000000000001',
    title: 'a lighthouse in a storm, oil on canvas',
    status: 'running',
    node_id: '3',
    node_title: 'KSampler',
    node_type: 'KSampler',
    step,
    total_steps: STEPS,
    nodes_done: 4,
    total_nodes: 7,
    effective_total: 6,
    percent: Math.floor((step / STEPS) * 99),
    eta_seconds: 12.5,
    step_rate: 3.25,
    preview_seq: step,
    node_outputs: {
      '9': {
        node_title: 'Save Image',
        node_type: 'SaveImage',
        items: [1, 2, 3].map((at) => ({
          filename: `ComfyUI_0000${at}_.png`,
          subfolder: '',
          type: 'output',
          media: 'image',
        })),
      },
    },
    started_at: '2026-01-01T12:00:01.000Z',
  });
}

const starts: Readonly<Record<string, () => Promise<{ port: number; send: Send }>>> = {
  async studio() {
    const context = await makeContext({ now: () => Math.floor(Date.now() / 1000) });
    let watcher: RunWatcher = {};
    const runs = {
      ...context.runs,
      watch: (given: RunWatcher) => {
        watcher = given;
        return () => {};
      },
    };
    const route = { method: 'WS', path: '/api/run/ws', access: 'authenticated', summary: '' } as const;
    const server = createServer({ ...context, runs }, [{ ...route, socket: stream }]);
    broadcast(runs, context.events, server);
    return {
      port: await server.listen('127.0.0.1', 0),
      send(kind, step) {
        if (kind === 'progress') watcher.progress?.(stateAt(step));
        else
          watcher.preview?.({ prompt_id: 'p', node_id: '3', mime: 'image/jpeg', seq: step, image: PREVIEW });
      },
    };
  },
  async raw() {
    const states = Array.from({ length: STEPS }, (_, step) => Buffer.from(JSON.stringify(stateAt(step))));
    const app = uws.App();
    app.ws('/*', {
      maxBackpressure: 8 * 1024 * 1024,
      open(socket) {
        socket.subscribe('all');
      },
    });
    const port = await new Promise<number>((resolve) => {
      app.listen('127.0.0.1', 0, (token) => {
        if (token) resolve(uws.us_socket_local_port(token));
      });
    });
    return {
      port,
      send(kind, step) {
        app.publish('all', kind === 'progress' ? (states[step] ?? '') : PREVIEW, kind === 'preview', false);
      },
    };
  },
  async ws() {
    const states = Array.from({ length: STEPS }, (_, step) => Buffer.from(JSON.stringify(stateAt(step))));
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return {
      port: address.port,
      send(kind, step) {
        const message = kind === 'progress' ? (states[step] ?? '') : PREVIEW;
        for (const client of server.clients) client.send(message, { binary: kind === 'preview' });
      },
    };
  },
};

const start = starts[process.env.SERVER ?? ''];
if (start === undefined) throw new Error('SERVER: studio, raw or ws');
const { port, send } = await start();
say({ port });

process.on('message', ({ kind, perSecond, seconds }: Order) => {
  const wanted = Math.round(perSecond * seconds);
  let published = 0;
  const timer = setInterval(() => {
    send(kind, published % STEPS);
    published += 1;
    if (published < wanted) return;
    clearInterval(timer);
    // What was published last is still on its way.
    setTimeout(() => say({ published }), 100);
  }, 1000 / perSecond);
});

function say(answer: Answer): void {
  process.send?.(answer);
}
