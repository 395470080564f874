import type { Test } from 'tap';
import { broadcast } from '../../core/broadcast.ts';
import type { Context } from '../../core/context.ts';
import type { SocketRoute } from '../../core/http/route.ts';
import type { Preview, RunProgress } from '../../core/runs/run.ts';
import type { RunWatcher } from '../../core/runs/runs.ts';
import { PATIENCE, type Patience } from '../../core/server/pressure.ts';
import { createServer, type Server } from '../../core/server/server.ts';
import { stream } from '../../handlers/run/stream.ts';
import { makeContext } from './handler.ts';

export interface TestStream {
  readonly port: number;
  readonly server: Server;
  readonly context: Context;
  /** A run is now this, and that is going to be told. */
  note(run: RunProgress): void;
  /** A run is now this, and it is told. */
  progress(run: RunProgress): void;
  preview(preview: Preview): void;
}

const route: SocketRoute = {
  method: 'WS',
  path: '/api/run/ws',
  access: 'authenticated',
  summary: 'the stream',
  socket: stream,
};

/** The real stream over real sockets, with a real event log in memory and runs that the test makes up. */
export async function serveStream(
  t: Test,
  { patience = PATIENCE, ...overrides }: Partial<Context> & { readonly patience?: Patience } = {},
): Promise<TestStream> {
  const runs = new Map<string, RunProgress>();
  const watchers = new Set<RunWatcher>();
  const base = await makeContext({ now: () => Math.floor(Date.now() / 1000), ...overrides });
  const context: Context = {
    ...base,
    runs: {
      ...base.runs,
      list: () => [...runs.values()],
      get: (id) => runs.get(id),
      watch(watcher) {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    },
  };
  const server = createServer(context, [route], undefined, patience);
  const port = await server.listen('127.0.0.1', 0);
  const stop = broadcast(context.runs, context.events, server, context.metrics.frames);
  t.teardown(async () => {
    stop();
    await server.close(1000);
  });
  return {
    port,
    server,
    context,
    note: (run) => runs.set(run.prompt_id, run),
    progress(run) {
      runs.set(run.prompt_id, run);
      for (const watcher of watchers) watcher.progress?.(run);
    },
    preview(preview) {
      for (const watcher of watchers) watcher.preview?.(preview);
    },
  };
}

/** The event loop's next turn, in which sockets are read and written. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
