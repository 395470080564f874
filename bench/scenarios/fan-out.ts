import { KEY } from '../../test/support/handler.ts';
import { inTurn } from '../load/in-turn.ts';
import { packageVersion } from '../machine.ts';
import { cpuMicroseconds } from '../process.ts';
import { type Metric, type Options, RAW, type Result, type Scenario, STUDIO } from '../scenario.ts';
import type { Answer, Kind, Order } from '../servers/fan-out.ts';
import { type Child, startChild } from '../stream/child.ts';
import type { Answer as ViewersAnswer, Order as ViewersOrder } from '../stream/viewers.ts';

const uws = packageVersion('node_modules/uWebSockets.js');
const SERVERS = [
  { kind: 'raw', name: RAW, version: uws },
  { kind: 'studio', name: STUDIO, version: packageVersion('.') },
  { kind: 'ws', name: 'ws, a loop over its sockets', version: packageVersion('node_modules/ws') },
] as const;

const MESSAGES: Readonly<Record<Kind, string>> = {
  progress: "a run's state, 0.8 KB,",
  preview: 'a preview, 64 KiB,',
};

/** Deliveries per second: enough to measure, and little enough for the viewers to keep up on the same machine. */
const DELIVERIES: Readonly<Record<Kind, number>> = { progress: 20_000, preview: 2000 };

const DELIVERY_CPU: Metric = { key: 'delivery-cpu', title: 'CPU µs/delivery', digits: 2 };

interface Contender {
  readonly name: string;
  readonly version: string;
  readonly server: Child<Order, Answer>;
  readonly viewers: Child<ViewersOrder, ViewersAnswer>;
}

/** A delivery is one message to one viewer. */
export const FAN_OUT: Scenario = {
  name: 'fan-out',
  measures:
    'What it costs to tell 100 and 1,000 viewers: Studio, raw publish of the same bytes, and the ws package.',
  run,
};

async function run({ rounds, seconds }: Options): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const count of [100, 1000]) {
    const contenders: Contender[] = [];
    try {
      for (const server of SERVERS) contenders.push(await startContender(server, count));
      for (const kind of ['progress', 'preview'] as const) {
        const rows = await inTurn(contenders, rounds, async (contender) => ({
          // A thousand viewers get two previews a second: a short turn would have none.
          [DELIVERY_CPU.key]: await measure(contender, kind, count, seconds * 2),
        }));
        results.push({
          kind: 'table',
          title: `${MESSAGES[kind]} to ${count} viewers`,
          metrics: [DELIVERY_CPU],
          baseline: { server: RAW, metric: DELIVERY_CPU.key },
          rows,
          notes: [],
        });
      }
    } finally {
      await Promise.all(contenders.flatMap(({ server, viewers }) => [server.stop(), viewers.stop()]));
    }
  }
  return results;
}

async function startContender(
  { kind, name, version }: (typeof SERVERS)[number],
  count: number,
): Promise<Contender> {
  const server = startChild<Order, Answer>('bench/servers/fan-out.ts', { SERVER: kind });
  const started = await server.next();
  if (!('port' in started)) throw new Error('the server did not start');
  const viewers = startChild<ViewersOrder, ViewersAnswer>('bench/stream/viewers.ts');
  const target = '/api/run/ws';
  const headers = { 'X-API-Key': KEY };
  await viewers.ask({
    order: 'connect',
    viewers: { count, port: started.port, target, headers, timed: false },
  });
  return { name, version, server, viewers };
}

/** The server's CPU time per delivery, in microseconds. */
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
