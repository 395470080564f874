import { createApiKey } from '../../core/auth/api-key.ts';
import { loadSecret } from '../../core/auth/secret.ts';
import { createSessions, SESSION_LIFETIME } from '../../core/auth/session.ts';
import { costEach, openPipelined } from '../load/pipelined.ts';
import { CPU, type Options, type Point, type Result, type Scenario } from '../scenario.ts';
import { COLLECTING, SETTLED_MEMORY, settledMegabytes } from '../settled-memory.ts';
import { type Studio, startStudio } from '../studio.ts';

export const GROWTH_COOKIES: Scenario = {
  name: 'growth-cookies',
  measures: 'What a session request costs when many different cookies are used in turn.',
  run,
};

/** How long the oldest cookie must still be valid, in seconds. */
const MARGIN = 600;

/**
 * A token is a second and its signature, so of one key there are never more than 86,401 that are valid now: all of them, but for
 * those that would expire meanwhile.
 */
const MOST = SESSION_LIFETIME - MARGIN;

const COUNTS = [1, 1000, MOST];

/** In a sample each of the cookies has its turn. */
const REQUESTS = MOST;

async function run({ rounds }: Options): Promise<readonly Result[]> {
  return [
    {
      kind: 'curve',
      title: 'GET /api/auth/session, by cookies in rotation',
      x: 'cookies in rotation',
      metric: CPU,
      points: await measureCost(rounds),
      notes: [
        `A sample is ${REQUESTS} requests, 64 in a packet; the cookies come in a shuffled order`,
        `A token is a second and its signature: of one key no more than ${SESSION_LIFETIME + 1} are valid at any time`,
      ],
    },
    {
      kind: 'curve',
      title: 'Memory of Studio, by cookies that it has seen',
      x: 'cookies seen',
      metric: SETTLED_MEMORY,
      points: await measureMemory(),
      notes: ['After all garbage was collected'],
    },
  ];
}

async function measureCost(rounds: number): Promise<readonly Point[]> {
  const studio = await startStudio();
  try {
    const connection = await openPipelined(studio.port, 200);
    const all = shuffled(requests(studio, MOST));
    const points = COUNTS.map((x) => ({ x, requests: cycle(all.slice(0, x)), samples: [] as number[] }));
    for (const { requests } of points) await connection.send(requests);
    for (let round = 0; round < rounds; round += 1) {
      for (const { requests, samples } of points)
        samples.push(await costEach(studio.pid, connection, requests));
    }
    connection.close();
    return points.map(({ x, samples }) => ({ x, samples }));
  } finally {
    await studio.stop();
  }
}

async function measureMemory(): Promise<readonly Point[]> {
  const studio = await startStudio({}, COLLECTING);
  try {
    const connection = await openPipelined(studio.port, 200);
    const all = requests(studio, MOST);
    const points: Point[] = [];
    for (const x of COUNTS) {
      await connection.send(all.slice(0, x));
      points.push({ x, samples: [await settledMegabytes(studio)] });
    }
    connection.close();
    return points;
  } finally {
    await studio.stop();
  }
}

/** One request for each of the latest `count` seconds, with the cookie of a session that began then. */
function requests({ studioDir, key }: Studio, count: number): readonly Buffer[] {
  const secret = loadSecret(studioDir, () => {});
  const sessions = createSessions(secret, createApiKey(key).digest);
  const now = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, (_, age) => {
    const [cookie] = sessions.cookieAt(now - age).split(';', 1);
    return Buffer.from(`GET /api/auth/session HTTP/1.1\r\nHost: bench\r\nCookie: ${cookie}\r\n\r\n`);
  });
}

/** The requests again and again, until there are enough for a sample. */
function cycle(requests: readonly Buffer[]): readonly Buffer[] {
  return Array.from({ length: REQUESTS }, (_, at) => requests[at % requests.length] ?? Buffer.alloc(0));
}

/** Fisher and Yates's shuffle. */
function shuffled<T>(values: readonly T[]): readonly T[] {
  const all = [...values];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}
