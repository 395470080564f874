import { setTimeout } from 'node:timers/promises';
import { residentMegabytes } from './process.ts';
import type { Metric } from './scenario.ts';
import type { ServerProcess } from './server-process.ts';

export const SETTLED_MEMORY: Metric = { key: 'settled', title: 'RSS MB', digits: 1 };

/**
 * For the command line of a Node whose memory is to be measured: it collects its garbage when it is told to. Its young generation
 * is small, or that would grow with the traffic and count as what is kept; so its CPU time is not to be measured as well.
 */
export const COLLECTING = [
  '--expose-gc',
  '--import=./test/fuzz/collect-on-signal.mjs',
  '--max-semi-space-size=1',
];

/** V8 gives pages back from threads of its own, some while after a collection. */
const PAUSE_MS = 150;

const MOST_COLLECTIONS = 12;

/** Of a server that was started with COLLECTING: the MB that it holds when there is no garbage in them. */
export async function settledMegabytes(server: ServerProcess): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let collection = 0; collection < MOST_COLLECTIONS; collection += 1) {
    await collect(server);
    await setTimeout(PAUSE_MS);
    const now = residentMegabytes(server.pid);
    // Less than a page or two in each thread's stack: it has come to rest.
    if (least - now < 0.1) return Math.min(least, now);
    least = now;
  }
  return least;
}

function collect(server: ServerProcess): Promise<void> {
  return new Promise((resolve) => {
    server.onLine((line) => {
      if (line.startsWith('memory: ')) resolve();
    });
    process.kill(server.pid, 'SIGWINCH');
  });
}
