import type { Contender } from '../load/contender.ts';
import { compareRequests } from '../load/http-load.ts';
import { startRawCopy } from '../load/raw-copy.ts';
import { installPeers, type Peer, startNginxPeer, startPeers } from '../peers/peers.ts';
import { proveGate } from '../peers/prove.ts';
import { type Options, RAW, RAW_PREPARED, type Result, type Scenario } from '../scenario.ts';
import { startStudio } from '../studio.ts';

const PATH = '/api/auth/session';

/** Studio, raw uWebSockets.js with the same bytes, and what people use today, doing the same job. */
export const GATES: readonly Scenario[] = [
  {
    name: 'session',
    measures: 'A small JSON for a browser: its cookie is verified and renewed.',
    run: (options) => compare(({ cookie }) => ({ cookie }), options),
  },
  {
    name: 'api-key',
    measures: 'The same for a script that sends the key.',
    run: (options) => compare(({ key }) => ({ 'x-api-key': key }), options),
  },
];

interface Login {
  readonly key: string;
  readonly cookie: string;
}

async function compare(
  headersOf: (login: Login) => Readonly<Record<string, string>>,
  options: Options,
): Promise<readonly Result[]> {
  installPeers();
  const studio = await startStudio();
  const running: Contender[] = [studio];
  try {
    const peers: Peer[] = [...(await startPeers(options.say))];
    running.push(...peers);
    const nginx = await startNginxPeer(studio, options.say);
    if (nginx !== null) {
      peers.push(nginx);
      running.push(nginx);
    }
    const headers = new Map<Contender, Readonly<Record<string, string>>>();
    for (const gate of [studio, ...peers]) {
      await proveGate(gate);
      headers.set(gate, headersOf({ key: gate.key, cookie: await gate.logIn() }));
    }
    const loadOf = (contender: Contender) => ({
      path: PATH,
      headers: headers.get(contender) ?? headers.get(studio) ?? {},
      status: 200,
      connections: 32,
      pipelining: 16,
    });
    running.unshift(await startRawCopy(studio.port, loadOf(studio), RAW_PREPARED));
    running.unshift(await startRawCopy(studio.port, loadOf(studio)));
    return await compareRequests(`GET ${PATH}`, running, loadOf, RAW, options);
  } finally {
    await Promise.all(running.map((contender) => contender.stop()));
  }
}
