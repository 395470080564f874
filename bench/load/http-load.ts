import { cpuUsage } from 'node:process';
import { cpuMicroseconds, forgetPeak, peakMegabytes } from '../process.ts';
import {
  BURST_CPU,
  BURST_RATE,
  CPU,
  type Metric,
  type Options,
  P50,
  P99,
  PEAK_MEMORY,
  RATE,
  type Row,
  type Table,
} from '../scenario.ts';
import { drive, driveOneAtATime } from './autocannon.ts';
import { driveInBursts } from './burst.ts';
import type { Contender } from './contender.ts';
import { inTurn, type Sample } from './in-turn.ts';
import type { Load } from './load.ts';

/** How much of one core the client took: near 100 (for each of its threads) it was the client that could do no more. */
export const CLIENT: Metric = { key: 'client', title: "client's core %", digits: 0 };
const BURST_CLIENT: Metric = { ...CLIENT, key: 'burst-client' };

const BY_AUTOCANNON: readonly Metric[] = [CPU, RATE, P50, P99, PEAK_MEMORY, CLIENT];
const IN_BURSTS: readonly Metric[] = [BURST_CPU, BURST_RATE, BURST_CLIENT];

/**
 * The same request to each server in turn, in three ways: by autocannon, pipelined, for what a request costs; by autocannon, one
 * at a time, for how long it takes; and in bursts, for how many there can be. Gives two tables, each held against `baseline`.
 */
export async function compareRequests(
  title: string,
  contenders: readonly Contender[],
  loadOf: (contender: Contender) => Load,
  baseline: string,
  { rounds, seconds }: Options,
): Promise<readonly Table[]> {
  const rows = await inTurn(contenders, rounds, async (contender) => {
    const load = loadOf(contender);
    return {
      // Of these the times only: what is used is told by the next, and overwritten.
      ...(await timed(contender, load, seconds / 2)),
      ...(await pipelined(contender, load, seconds)),
      ...(await inBursts(contender, load, seconds / 2)),
    };
  });
  return [
    tableOf(title, rows, BY_AUTOCANNON, { server: baseline, metric: CPU.key }, [
      'by autocannon: 32 connections, 16 requests pipelined on each; p50 and p99 with one at a time on each',
    ]),
    tableOf(`${title}, in bursts`, rows, IN_BURSTS, { server: baseline, metric: BURST_CPU.key }, [
      'up to 16 requests in one packet, so that they share the system calls: what is left is the work of the server itself',
    ]),
  ];
}

/** The same for servers that take no next request before they answered the last: one at a time on each connection. */
export async function compareOneAtATime(
  title: string,
  contenders: readonly Contender[],
  loadOf: (contender: Contender) => Load,
  baseline: string,
  { rounds, seconds }: Options,
): Promise<Table> {
  const rows = await inTurn(contenders, rounds, (contender) => timed(contender, loadOf(contender), seconds));
  return tableOf(title, rows, BY_AUTOCANNON, { server: baseline, metric: CPU.key }, []);
}

/** Some of the rows' metrics as a table. */
export function tableOf(
  title: string,
  rows: readonly Row[],
  metrics: readonly Metric[],
  baseline: Table['baseline'],
  notes: readonly string[],
): Table {
  const own = rows.map((row) => ({
    ...row,
    samples: Object.fromEntries(metrics.map(({ key }) => [key, row.samples[key] ?? []])),
  }));
  return { kind: 'table', title, metrics, baseline, rows: own, notes };
}

async function pipelined({ port, pids }: Contender, load: Load, seconds: number): Promise<Sample> {
  const { result, cpu, client, peak } = await watched(pids, () => drive(port, load, seconds));
  return {
    [CPU.key]: cpu / result.count,
    [RATE.key]: result.count / result.seconds,
    [PEAK_MEMORY.key]: peak,
    [CLIENT.key]: client / (result.seconds * 10_000),
  };
}

async function timed({ port, pids }: Contender, load: Load, seconds: number): Promise<Sample> {
  const { result, cpu, client, peak } = await watched(pids, () => driveOneAtATime(port, load, seconds));
  return {
    [CPU.key]: cpu / result.count,
    [RATE.key]: result.count / result.seconds,
    [P50.key]: result.p50,
    [P99.key]: result.p99,
    [PEAK_MEMORY.key]: peak,
    [CLIENT.key]: client / (result.seconds * 10_000),
  };
}

async function inBursts({ port, pids }: Contender, load: Load, seconds: number): Promise<Sample> {
  const { result, cpu, client } = await watched(pids, () => driveInBursts(port, load, seconds));
  return {
    [BURST_CPU.key]: cpu / result.count,
    [BURST_RATE.key]: result.count / result.seconds,
    [BURST_CLIENT.key]: client / (result.seconds * 10_000),
  };
}

/** What the processes used, in microseconds, while `work` went on, what the bench itself did, and the most they held, in MB. */
export async function watched<T>(pids: readonly number[], work: () => Promise<T>) {
  const used = (): number => pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  for (const pid of pids) forgetPeak(pid);
  const clientBefore = cpuUsage();
  const before = used();
  const result = await work();
  const cpu = used() - before;
  const { user, system } = cpuUsage(clientBefore);
  return { result, cpu, client: user + system, peak: pids.reduce((sum, pid) => sum + peakMegabytes(pid), 0) };
}
