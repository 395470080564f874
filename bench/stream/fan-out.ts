import { KEY } from '../../test/support/handler.ts';
import { cpuMicroseconds } from '../process.ts';
import type { Answer, Kind, Order } from '../servers/fan-out.ts';
import { type Child, startChild } from './child.ts';
import type { Answer as ViewersAnswer, Order as ViewersOrder } from './viewers.ts';

const NAMES = ['raw', 'studio', 'ws'] as const;
const LABELS = { raw: 'raw uWS publish', studio: 'Studio', ws: 'ws, a loop' };

/** Deliveries per second: enough to measure, and little enough for the viewers to keep up on the same machine. */
const DELIVERIES: Readonly<Record<Kind, number>> = { progress: 20_000, preview: 2000 };

interface Contender {
  readonly server: Child<Order, Answer>;
  readonly viewers: Child<ViewersOrder, ViewersAnswer>;
  readonly costs: number[];
}

/** Prints the server's CPU time per delivery: Studio, raw uWebSockets.js with the same bytes, and the ws package. */
export async function measureFanOut(rounds: number, seconds: number): Promise<void> {
  console.log(
    `CPU us of the server per delivery; medians of ${rounds} rounds in turn of ${seconds} s (least to most)\n`,
  );
  console.log('message     viewers   server            CPU us/delivery        ratio to raw');
  for (const count of [100, 1000]) {
    const contenders = await Promise.all(NAMES.map((name) => startContender(name, count)));
    try {
      for (const kind of ['progress', 'preview'] as const) {
        for (const { costs } of contenders) costs.length = 0;
        for (let round = 0; round <= rounds; round += 1) {
          for (const contender of contenders) {
            const cost = await measure(contender, kind, count, seconds);
            // The first is for warming up.
            if (round > 0) contender.costs.push(cost);
          }
        }
        const limits = contenders[0]?.costs ?? [];
        for (const [at, { costs }] of contenders.entries()) {
          const cost = `${median(costs).toFixed(2)} (${Math.min(...costs).toFixed(2)}-${Math.max(...costs).toFixed(2)})`;
          // Of rounds that followed each other, so that what slows the whole machine for a while is in both.
          const ratio = median(costs.map((each, round) => each / (limits[round] ?? Number.NaN)));
          console.log(
            `${kind.padEnd(12)}${String(count).padEnd(10)}${LABELS[NAMES[at] ?? 'raw'].padEnd(18)}${cost.padEnd(23)}${ratio.toFixed(2)}`,
          );
        }
      }
    } finally {
      await Promise.all(contenders.flatMap(({ server, viewers }) => [server.stop(), viewers.stop()]));
    }
  }
}

async function startContender(name: (typeof NAMES)[number], count: number): Promise<Contender> {
  const server = startChild<Order, Answer>('bench/servers/fan-out.ts', { SERVER: name });
  const started = await server.next();
  if (!('port' in started)) throw new Error('the server did not start');
  const viewers = startChild<ViewersOrder, ViewersAnswer>('bench/stream/viewers.ts');
  const target = '/api/run/ws';
  const headers = { 'X-API-Key': KEY };
  await viewers.ask({
    order: 'connect',
    viewers: { count, port: started.port, target, headers, timed: false },
  });
  return { server, viewers, costs: [] };
}

async function measure(
  { server, viewers }: Contender,
  kind: Kind,
  count: number,
  seconds: number,
): Promise<number> {
  const bytesBefore = await bytesOf(viewers);
  const before = cpuMicroseconds(server.pid);
  const done = await server.ask({ kind, seconds, perSecond: DELIVERIES[kind] / count });
  const cpu = cpuMicroseconds(server.pid) - before;
  if (!('published' in done)) throw new Error('the server did not publish');
  const deliveries = done.published * count;
  const each = ((await bytesOf(viewers)) - bytesBefore) / deliveries;
  if (each < (kind === 'preview' ? 64 * 1024 : 500))
    throw new Error(`only ${each} bytes of each message came, ${deliveries} ${kind}`);
  return cpu / deliveries;
}

async function bytesOf(viewers: Contender['viewers']): Promise<number> {
  const answer = await viewers.ask({ order: 'count' });
  if (answer.answer !== 'count') throw new Error('no count');
  return answer.bytes;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
