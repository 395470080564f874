import type { Contender } from '../load/contender.ts';
import { HTTP_METRICS, type Load, measureInTurn } from '../load/http-load.ts';
import { startRawCopy } from '../load/raw-copy.ts';
import { packageVersion } from '../machine.ts';
import { CPU, type Options, RAW, type Result, type Scenario, STUDIO } from '../scenario.ts';
import { startStudio } from '../studio.ts';

/** One small request to Studio, and to a raw uWebSockets.js that writes the same bytes. */
interface RequestScenario extends Pick<Scenario, 'name' | 'measures'> {
  readonly path: string;
  readonly status: number;
  headers(login: Login): Readonly<Record<string, string>>;
}

interface Login {
  readonly key: string;
  readonly cookie: string;
}

const SESSION = '/api/auth/session';

const TABLE: readonly RequestScenario[] = [
  {
    name: 'session',
    measures: 'A small JSON for a browser: its cookie is verified and renewed.',
    path: SESSION,
    status: 200,
    headers: ({ cookie }) => ({ cookie }),
  },
  {
    name: 'api-key',
    measures: 'The same for a script that sends the key.',
    path: SESSION,
    status: 200,
    headers: ({ key }) => ({ 'x-api-key': key }),
  },
  {
    name: 'denied',
    measures: 'The same for somebody who sends neither: 401.',
    path: SESSION,
    status: 401,
    headers: () => ({}),
  },
  {
    name: 'forged',
    measures: 'The same with a cookie whose signature is wrong: 401.',
    path: SESSION,
    status: 401,
    headers: ({ cookie }) => ({ cookie: forge(cookie) }),
  },
  {
    name: 'health',
    measures: 'A route that is public.',
    path: '/api/health',
    status: 200,
    headers: () => ({}),
  },
];

export const REQUESTS: readonly Scenario[] = TABLE.map((scenario) => ({
  name: scenario.name,
  measures: scenario.measures,
  run: (options) => compare(scenario, options),
}));

async function compare(scenario: RequestScenario, options: Options): Promise<readonly Result[]> {
  const studio = await startStudio();
  const contenders: Contender[] = [
    { ...studio, name: STUDIO, version: packageVersion('.'), pids: [studio.pid] },
  ];
  try {
    const load: Load = {
      path: scenario.path,
      headers: scenario.headers({ key: studio.key, cookie: await studio.logIn() }),
      status: scenario.status,
      connections: 32,
      pipelining: 16,
    };
    contenders.unshift(await startRawCopy(studio.port, load));
    const rows = await measureInTurn(contenders, () => load, options);
    return [
      {
        kind: 'table',
        title: `GET ${scenario.path}`,
        metrics: HTTP_METRICS,
        baseline: { server: RAW, metric: CPU.key },
        rows,
        notes: ['32 connections, 16 requests pipelined on each'],
      },
    ];
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

/** Changes the tag's last character. */
function forge(cookie: string): string {
  return cookie.replace(/.$/, (character) => (character === '0' ? '1' : '0'));
}
