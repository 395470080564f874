import { cpus } from 'node:os';
import autocannon from 'autocannon';
import { quantile } from '../statistics.ts';
import type { Load } from './load.ts';

/** Threads of the client's own, where there are cores that the server does not need; on two, one thread has one of them. */
const WORKERS = Math.min(4, cpus().length - 1);

export interface Answers {
  readonly count: number;
  readonly seconds: number;
}

/** Drives a server as fast as autocannon can. Throws when anything but the expected answer came. */
export async function drive(port: number, load: Load, seconds: number): Promise<Answers> {
  const result = await autocannon({
    ...optionsOf(port, load, seconds),
    ...(WORKERS > 1 && { workers: WORKERS }),
  });
  return answersOf(result, load);
}

/** Answers, and how long 50 and 99 of 100 of them took at most, in ms. */
export interface TimedAnswers extends Answers {
  readonly p50: number;
  readonly p99: number;
}

/**
 * One request at a time on each connection, as browsers and scripts send them. Timed by autocannon's events, since its own
 * figures are whole milliseconds.
 */
export async function driveOneAtATime(port: number, load: Load, seconds: number): Promise<TimedAnswers> {
  const times: number[] = [];
  const options = optionsOf(port, { ...load, pipelining: 1 }, seconds);
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    instance.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  return { ...answersOf(result, load), p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

function optionsOf(port: number, load: Load, seconds: number): autocannon.Options {
  return {
    url: `http://127.0.0.1:${port}${load.path}`,
    method: load.method ?? 'GET',
    headers: load.headers,
    ...(load.body !== undefined && { body: load.body }),
    connections: load.connections,
    pipelining: load.pipelining,
    duration: seconds,
    // It ends with the first sample after that time, and takes one a second unless it is told otherwise.
    sampleInt: 50,
  };
}

function answersOf(result: autocannon.Result, load: Load): Answers {
  const { requests, errors, statusCodeStats } = result;
  const count = statusCodeStats?.[`${load.status}`]?.count ?? 0;
  const others = Object.entries(statusCodeStats ?? {}).filter(([status]) => status !== `${load.status}`);
  if (errors > 0 || count === 0 || others.length > 0) {
    const what = others.map(([status, { count: times }]) => `${times} times ${status}`).join(', ');
    throw new Error(
      `${load.path}: ${errors} errors, ${count} times ${load.status}, ${what || 'nothing else'}`,
    );
  }
  return { count: requests.total, seconds: (result.finish.getTime() - result.start.getTime()) / 1000 };
}
