import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costOfKeeping } from '../cost-of-keeping.ts';
import { openPipelined, type Pipelined } from '../load/pipelined.ts';
import { cpuMicroseconds, peakMegabytes } from '../process.ts';
import { CPU, type Curve, type Options, PEAK_MEMORY, type Result, type Scenario } from '../scenario.ts';
import { storeRuns } from '../stored-runs.ts';
import { type Studio, startStudio } from '../studio.ts';

export const GROWTH_HISTORY: Scenario = {
  name: 'growth-history',
  measures: 'What a page of the history costs when very many runs are stored.',
  run,
};

const COUNTS = [100, 10_000, 1_000_000];

/** A million take a minute to write. */
const QUICK_COUNTS = [100, 10_000, 100_000];

/** How often a page is asked for in a sample. */
const REQUESTS = 100;

/** The pages, by how many runs are stored; each has as many runs on it, however many there are. */
const PAGES: Readonly<Record<string, (stored: number) => string>> = {
  'the first 50': () => 'limit=50',
  '50 from the middle on': (stored) => `limit=50&before=${stored / 2 + 1}`,
  '3 that failed, from the middle on': (stored) => `limit=3&status=error&before=${stored / 2 + 1}`,
  '7 that failed, stalled or still run': () => 'limit=7&status=error,stalled,running,queued',
  'those that still run, of which there are none': () => 'limit=50&status=running,queued',
};

interface Stored {
  readonly count: number;
  readonly studio: Studio;
  readonly folder: string;
  /** Of the records. */
  readonly path: string;
}

async function run({ rounds, quick, say }: Options): Promise<readonly Result[]> {
  const stores: Stored[] = [];
  try {
    for (const count of quick ? QUICK_COUNTS : COUNTS) {
      say(`${count} runs are stored`);
      stores.push(await startWith(count));
    }
    const curves: Curve[] = [];
    for (const [page, query] of Object.entries(PAGES))
      curves.push(await measure(page, query, stores, rounds));
    const memory: Curve = {
      kind: 'curve',
      title: 'Memory of Studio after that',
      x: 'runs stored',
      metric: PEAK_MEMORY,
      points: stores.map(({ count, studio }) => ({ x: count, samples: [peakMegabytes(studio.pid)] })),
      notes: ['It depends on how many requests each has served as well'],
    };
    // With Studio's own files, but not while it has them open.
    await Promise.all(stores.map(({ studio }) => studio.stop()));
    const keeping: Curve = {
      kind: 'curve',
      title: 'To keep one more run, and forget the oldest',
      x: 'runs stored',
      metric: { ...CPU, title: 'CPU µs/run' },
      points: stores.map(({ count, path }) => ({ x: count, samples: costOfKeeping(path, count, rounds) })),
      notes: ['Through the archive, in the process of the bench, where no more runs may be stored than are'],
    };
    return [...curves, keeping, memory];
  } finally {
    for (const { studio, folder } of stores) {
      await studio.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function startWith(count: number): Promise<Stored> {
  const folder = mkdtempSync(join(tmpdir(), 'studio-history-'));
  const path = join(folder, 'studio.db');
  storeRuns(path, count);
  const studio = await startStudio({
    STUDIO_DIR: folder,
    STUDIO_RUNS_KEPT: String(2 * count),
    STUDIO_RUNS_KEPT_MB: '100000',
  });
  return { count, studio, folder, path };
}

async function measure(
  page: string,
  query: (stored: number) => string,
  stores: readonly Stored[],
  rounds: number,
): Promise<Curve> {
  const points = await Promise.all(
    stores.map(async ({ count, studio }) => ({
      x: count,
      studio,
      connection: await openPipelined(studio.port, 200),
      requests: requests(studio, query(count)),
      samples: [] as number[],
    })),
  );
  for (const { connection, requests } of points) await connection.send(requests);
  for (let round = 0; round < rounds; round += 1) {
    for (const { studio, connection, requests, samples } of points)
      samples.push(await costEach(studio, connection, requests));
  }
  for (const { connection } of points) connection.close();
  return {
    kind: 'curve',
    title: `GET /api/admin/history: ${page}`,
    x: 'runs stored',
    metric: CPU,
    points: points.map(({ x, samples }) => ({ x, samples })),
    notes: [`${REQUESTS} requests in a sample`],
  };
}

async function costEach(studio: Studio, connection: Pipelined, requests: readonly Buffer[]): Promise<number> {
  const before = cpuMicroseconds(studio.pid);
  await connection.send(requests);
  return (cpuMicroseconds(studio.pid) - before) / requests.length;
}

function requests({ key }: Studio, query: string): readonly Buffer[] {
  const request = `GET /api/admin/history?${query} HTTP/1.1\r\nHost: bench\r\nX-API-Key: ${key}\r\n\r\n`;
  return Array.from({ length: REQUESTS }, () => Buffer.from(request));
}
