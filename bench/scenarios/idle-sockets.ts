import { connectionsWithin, openFileLimit } from '../../core/open-files.ts';
import { packageVersion } from '../machine.ts';
import { type Metric, type Options, RAW, type Result, type Row, type Scenario, STUDIO } from '../scenario.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { COLLECTING, settledMegabytes } from '../settled-memory.ts';
import { browserHandshake } from '../sockets/handshake.ts';
import type { Answer, Order } from '../sockets/idle-clients.ts';
import { type Child, startChild } from '../stream/child.ts';
import { startStudio } from '../studio.ts';

export const IDLE_SOCKETS: Scenario = {
  name: 'idle-sockets',
  measures: 'What each viewer of the live stream takes in memory while nothing happens.',
  run,
};

const SOCKETS = 10_000;

/** Connections of other kinds. */
const SPARE = 10;

const CLIENTS = 4;

/** Opened before it counts: the first ones bring code and tables with them. */
const WARM_UP = 200;

const ROUNDS = 3;

const EACH: Metric = { key: 'socket', title: 'KB each', digits: 2 };
const BEFORE: Metric = { key: 'before', title: 'RSS MB before', digits: 1 };
const AFTER: Metric = { key: 'after', title: 'RSS MB after', digits: 1 };

interface Contender {
  readonly name: string;
  readonly version: string;
  start(): Promise<ServerProcess & { readonly cookie: string }>;
}

const CONTENDERS: readonly Contender[] = [
  {
    name: RAW,
    version: packageVersion('node_modules/uWebSockets.js'),
    async start() {
      const flags = [...COLLECTING, '--import=tsx'];
      const server = await startServer('node', [...flags, 'bench/servers/raw-sockets.ts'], {});
      return { ...server, cookie: `session=authenticated:1800000000.${'0'.repeat(64)}` };
    },
  },
  {
    name: STUDIO,
    version: packageVersion('.'),
    async start() {
      const studio = await startStudio({ STUDIO_MAX_CONNECTIONS: String(2 * SOCKETS) }, COLLECTING);
      return { ...studio, cookie: await studio.logIn() };
    },
  },
];

async function run(options: Options): Promise<readonly Result[]> {
  const most = Math.min(
    SOCKETS,
    connectionsWithin(2 * SOCKETS, openFileLimit()).connections - SPARE - WARM_UP,
  );
  const count = options.quick ? Math.min(most, SOCKETS / 5) : most;
  const samples = CONTENDERS.map(() => ({
    socket: [] as number[],
    before: [] as number[],
    after: [] as number[],
  }));
  for (let round = 0; round < Math.min(ROUNDS, options.rounds); round += 1) {
    for (const [at, contender] of CONTENDERS.entries()) {
      const { before, after } = await measure(contender, count);
      samples[at]?.socket.push(((after - before) * 1024) / count);
      samples[at]?.before.push(before);
      samples[at]?.after.push(after);
      options.say(`${contender.name}: ${(((after - before) * 1024) / count).toFixed(2)} KB each`);
    }
  }
  const rows: Row[] = CONTENDERS.map(({ name, version }, at) => ({
    server: name,
    version,
    samples: samples[at] ?? {},
  }));
  return [
    {
      kind: 'table',
      title: `${count} idle WebSockets`,
      metrics: [EACH, BEFORE, AFTER],
      // The raw server's are within what the measurement errs by.
      baseline: null,
      rows,
      notes: [
        `Handshakes as Chromium sends them, from ${CLIENTS} processes with a loopback address each; each server in a new process each round`,
        `RSS of the server after all garbage was collected, with ${WARM_UP} sockets and with ${count} more`,
        ...(most < SOCKETS
          ? [
              `No more than ${count}: Studio takes as many connections as its limit of open files has room for (ulimit -n)`,
            ]
          : []),
      ],
    },
  ];
}

async function measure(contender: Contender, count: number): Promise<{ before: number; after: number }> {
  const server = await contender.start();
  const clients = Array.from({ length: CLIENTS }, () =>
    startChild<Order, Answer>('bench/sockets/idle-clients.ts'),
  );
  try {
    const handshake = browserHandshake(server.port, '/api/run/ws', server.cookie).toString('latin1');
    const open = (total: number): Promise<unknown> =>
      Promise.all(clients.map((client, at) => openFrom(client, at, total / CLIENTS, server.port, handshake)));
    await open(WARM_UP);
    const before = await settledMegabytes(server);
    await open(count);
    const after = await settledMegabytes(server);
    return { before, after };
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await server.stop();
  }
}

function openFrom(
  client: Child<Order, Answer>,
  at: number,
  count: number,
  port: number,
  handshake: string,
): Promise<Answer> {
  return client.ask({ count: Math.round(count), port, from: `127.0.0.${at + 2}`, handshake });
}
