import { parseFrames } from '../../test/support/websocket-frames.ts';
import { packageVersion } from '../machine.ts';
import { cpuMicroseconds, peakMegabytes } from '../process.ts';
import {
  CPU,
  type Options,
  PEAK_MEMORY,
  RATE,
  RAW,
  type Result,
  type Row,
  type Scenario,
  STUDIO,
} from '../scenario.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { browserHandshake, endOfHead } from '../sockets/handshake.ts';
import type { Answer, Order } from '../sockets/handshake-client.ts';
import { type Child, startChild } from '../stream/child.ts';
import { type Studio, startStudio } from '../studio.ts';

export const HANDSHAKES: Scenario = {
  name: 'handshakes',
  measures: 'Viewers that come to the live stream, are told what is known, and go.',
  run,
};

/** The same, and it sends what Studio sends to a viewer that comes. */
const RAW_THAT_TELLS = `${RAW}, first messages too`;

const METRICS = [{ ...CPU, title: 'CPU µs/handshake' }, { ...RATE, title: 'handshakes/s' }, PEAK_MEMORY];

const WARM_UP_SECONDS = 0.5;

/** Each is an event, and a viewer is told the latest 20. */
const LOGINS = 20;

type Client = Child<Order, Answer>;

interface Contender {
  readonly name: string;
  readonly version: string;
  readonly server: ServerProcess;
  readonly expected: number;
}

async function run({ rounds, seconds }: Options): Promise<readonly Result[]> {
  const studio = await startStudio();
  const client = startChild<Order, Answer>('bench/sockets/handshake-client.ts');
  const contenders: Contender[] = [];
  try {
    const cookie = await logInOften(studio);
    contenders.push(...(await startContenders(studio, client, cookie)));
    const turn = (contender: Contender, turnSeconds: number) =>
      measure(contender, client, cookie, turnSeconds);
    const samples = contenders.map(() => new Map<string, number[]>(METRICS.map(({ key }) => [key, []])));
    for (const contender of contenders) await turn(contender, WARM_UP_SECONDS);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, contender] of contenders.entries()) {
        for (const [key, value] of Object.entries(await turn(contender, seconds)))
          samples[at]?.get(key)?.push(value);
      }
    }
    const rows: Row[] = contenders.map(({ name, version }, at) => ({
      server: name,
      version,
      samples: Object.fromEntries(samples[at] ?? []),
    }));
    return [
      {
        kind: 'table',
        title: 'WS /api/run/ws',
        metrics: METRICS,
        baseline: { server: RAW, metric: CPU.key },
        rows,
        notes: [
          'Handshakes as Chromium sends them, with a session; 32 at a time; each socket is reset as soon as all has come',
          `Studio tells each of them the latest ${LOGINS} events, and what ComfyUI is doing; the one raw server sends the 101 alone, the other those messages too`,
        ],
      },
    ];
  } finally {
    await Promise.all([client.stop(), studio.stop(), ...contenders.map(({ server }) => server.stop())]);
  }
}

async function logInOften(studio: Studio): Promise<string> {
  let cookie = '';
  for (let login = 0; login < LOGINS; login += 1) cookie = await studio.logIn();
  return cookie;
}

/** The raw ones repeat what Studio says to one viewer: its header lines, and the first messages. */
async function startContenders(
  studio: Studio,
  client: Client,
  cookie: string,
): Promise<readonly Contender[]> {
  const told = await answerOf(studio.port, client, cookie);
  const body = endOfHead(told);
  const own = /^(?:upgrade|connection|sec-websocket-accept|date|uwebsockets):/i;
  const headers = told
    .toString('latin1', 0, body - 4)
    .split('\r\n')
    .slice(1)
    .filter((line) => !own.test(line))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  const messages = parseFrames(told.subarray(body)).map(({ payload }) => payload.toString());
  const raw = async (name: string, env: Readonly<Record<string, string>>): Promise<Contender> => {
    const server = await startServer('node', ['--import=tsx', 'bench/servers/raw-sockets.ts'], {
      HEADERS: JSON.stringify(headers),
      ...env,
    });
    const expected = (await answerOf(server.port, client, cookie)).length;
    return { name, version: packageVersion('node_modules/uWebSockets.js'), server, expected };
  };
  return [
    await raw(RAW, {}),
    await raw(RAW_THAT_TELLS, { MESSAGES: JSON.stringify(messages) }),
    { name: STUDIO, version: packageVersion('.'), server: studio, expected: told.length },
  ];
}

async function answerOf(port: number, client: Client, cookie: string): Promise<Buffer> {
  const { answer } = await client.ask({ port, handshake: bytesOf(port, cookie), expected: null, seconds: 0 });
  return Buffer.from(answer ?? '', 'latin1');
}

async function measure({ server, expected }: Contender, client: Client, cookie: string, seconds: number) {
  const before = cpuMicroseconds(server.pid);
  const order = { port: server.port, handshake: bytesOf(server.port, cookie), expected, seconds };
  const { handshakes } = await client.ask(order);
  return {
    [CPU.key]: (cpuMicroseconds(server.pid) - before) / handshakes,
    [RATE.key]: handshakes / seconds,
    [PEAK_MEMORY.key]: peakMegabytes(server.pid),
  };
}

function bytesOf(port: number, cookie: string): string {
  return browserHandshake(port, '/api/run/ws', cookie).toString('latin1');
}
