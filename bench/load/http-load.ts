import { cpuUsage } from 'node:process';
import autocannon from 'autocannon';
import { cpuMicroseconds, peakMegabytes } from '../process.ts';
import { CPU, type Metric, type Options, P50, P99, PEAK_MEMORY, RATE, type Row } from '../scenario.ts';
import type { Contender } from './contender.ts';

/** The same request, over and over. */
export interface Load {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The only status that counts as an answer. */
  readonly status: number;
  readonly connections: number;
  /** How many requests wait on each connection: enough of them, and the server never waits for the client. */
  readonly pipelining: number;
}

/** How much of one core the client itself took: near 100 % it was the client that could do no more. */
export const CLIENT: Metric = { key: 'client', title: "client's core %", digits: 0 };

export const HTTP_METRICS: readonly Metric[] = [CPU, RATE, P50, P99, PEAK_MEMORY, CLIENT];

const WARM_UP_SECONDS = 0.5;

/** Each server in turn, round after round, so that what the machine does meanwhile is in all of them. */
export async function measureInTurn(
  contenders: readonly Contender[],
  loadOf: (contender: Contender) => Load,
  { rounds, seconds }: Options,
): Promise<readonly Row[]> {
  const samples = contenders.map(() => new Map<string, number[]>(HTTP_METRICS.map(({ key }) => [key, []])));
  for (const contender of contenders) await drive(contender, loadOf(contender), WARM_UP_SECONDS);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, contender] of contenders.entries()) {
      const sample = await drive(contender, loadOf(contender), seconds);
      for (const [key, value] of Object.entries(sample)) samples[at]?.get(key)?.push(value);
    }
  }
  return contenders.map(({ name, version }, at) => ({
    server: name,
    version,
    samples: Object.fromEntries(samples[at] ?? []),
  }));
}

/** One turn. Throws when anything but the expected answer came. */
async function drive({ name, port, pids }: Contender, load: Load, seconds: number) {
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const clientBefore = cpuUsage();
  const before = cpu();
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${load.path}`,
    method: load.method ?? 'GET',
    headers: load.headers,
    ...(load.body !== undefined && { body: load.body }),
    connections: load.connections,
    pipelining: load.pipelining,
    duration: seconds,
  });
  const used = cpu() - before;
  const client = cpuUsage(clientBefore);
  const { total } = result.requests;
  const answered = result.statusCodeStats?.[`${load.status}`]?.count ?? 0;
  if (result.errors > 0 || total === 0 || answered < total)
    throw new Error(
      `${name}: ${result.errors} errors, ${answered} of ${total} answers to ${load.path} were ${load.status}`,
    );
  return {
    [CPU.key]: used / total,
    [RATE.key]: total / result.duration,
    [P50.key]: result.latency.p50,
    [P99.key]: result.latency.p99,
    [PEAK_MEMORY.key]: pids.reduce((sum, pid) => sum + peakMegabytes(pid), 0),
    [CLIENT.key]: (client.user + client.system) / (result.duration * 10_000),
  };
}
