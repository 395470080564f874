import { costEach, openPipelined } from '../load/pipelined.ts';
import { CPU, type Options, type Point, type Result, type Scenario } from '../scenario.ts';
import { COLLECTING, SETTLED_MEMORY, settledMegabytes } from '../settled-memory.ts';
import { startStudio } from '../studio.ts';

export const GROWTH_THROTTLE: Scenario = {
  name: 'growth-throttle',
  measures: 'What a wrong key costs when very many addresses have sent some.',
  run,
};

/** The last is more than are remembered: there each new one displaces an old one. */
const COUNTS = [1000, 10_000, 100_000, 200_000];

/** A sample: so many addresses that were never seen send a wrong key each. */
const SAMPLE = 1000;

/** From an address that is known: so many fit in below the fifth, which would begin a block. */
const WARM_UP_EACH = 3;

const PROXY = { TRUSTED_PROXIES: '127.0.0.1' };

async function run({ rounds, quick }: Options): Promise<readonly Result[]> {
  const points = COUNTS.map((x) => ({ x, samples: [] as number[] }));
  for (let round = 0; round < Math.min(rounds, quick ? 2 : 5); round += 1) {
    const costs = await measureCosts();
    for (const [at, { samples }] of points.entries()) samples.push(costs[at] ?? Number.NaN);
  }
  return [
    {
      kind: 'curve',
      title: 'A wrong key from a new address, by addresses that have failed before',
      x: 'addresses',
      metric: CPU,
      points,
      notes: [
        `POST /api/auth/login through a trusted proxy; ${SAMPLE} in a sample, 64 in a packet; a new Studio each round`,
        'Of no more than 100,000 addresses the failures are remembered: the last figure is beyond that',
      ],
    },
    {
      kind: 'curve',
      title: 'Memory of Studio, by addresses that have failed',
      x: 'addresses',
      metric: SETTLED_MEMORY,
      points: await measureMemory(),
      notes: ['After all garbage was collected'],
    },
  ];
}

async function measureCosts(): Promise<readonly number[]> {
  const studio = await startStudio(PROXY);
  try {
    const connection = await openPipelined(studio.port, 401);
    const warmUp = attempts(0, COUNTS[0] ?? 0);
    for (let time = 0; time < WARM_UP_EACH; time += 1) await connection.send(warmUp);
    let known = warmUp.length;
    const costs: number[] = [];
    for (const count of COUNTS) {
      await connection.send(attempts(known, count));
      known = count + SAMPLE;
      costs.push(await costEach(studio.pid, connection, attempts(count, known)));
    }
    connection.close();
    return costs;
  } finally {
    await studio.stop();
  }
}

async function measureMemory(): Promise<readonly Point[]> {
  const studio = await startStudio(PROXY, COLLECTING);
  try {
    const connection = await openPipelined(studio.port, 401);
    const points: Point[] = [];
    let known = 0;
    for (const x of COUNTS) {
      await connection.send(attempts(known, x));
      known = x;
      points.push({ x, samples: [await settledMegabytes(studio)] });
    }
    connection.close();
    return points;
  } finally {
    await studio.stop();
  }
}

/** A wrong key from each of the addresses from the `first` up to the `end`. */
function attempts(first: number, end: number): readonly Buffer[] {
  const body = '{"api_key":"not the key"}';
  return Array.from({ length: end - first }, (_, at) => {
    const number = first + at;
    const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    return Buffer.from(
      `POST /api/auth/login HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: ${address}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
}
