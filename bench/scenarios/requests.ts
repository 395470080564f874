import { readFileSync } from 'node:fs';
import { createApiKey } from '../../core/auth/api-key.ts';
import { createSessions, SESSION_LIFETIME } from '../../core/auth/session.ts';
import type { Contender } from '../load/contender.ts';
import { compareRequests } from '../load/http-load.ts';
import type { Load } from '../load/load.ts';
import { startRawCopy } from '../load/raw-copy.ts';
import { forge } from '../log-in.ts';
import { type Options, RAW, type Result, type Scenario } from '../scenario.ts';
import { type Studio, startStudio } from '../studio.ts';

/** One small request to Studio, and to a raw uWebSockets.js that writes the same bytes. */
interface RequestScenario extends Pick<Scenario, 'name' | 'measures'> {
  /** What is asked; a path, method, body and headers that stand for themselves are given, and the status that is right. */
  request(studio: Studio, cookie: string): Promise<Asked> | Asked;
}

type Asked = Pick<Load, 'path' | 'status'> & Partial<Load>;

const SESSION = '/api/auth/session';

const TABLE: readonly RequestScenario[] = [
  {
    name: 'denied',
    measures: 'Somebody sends neither key nor cookie: 401.',
    request: () => ({ path: SESSION, status: 401 }),
  },
  {
    name: 'forged',
    measures: 'A cookie whose signature is wrong: 401.',
    request: (_, cookie) => ({ path: SESSION, status: 401, headers: { cookie: forge(cookie) } }),
  },
  {
    name: 'expired',
    measures: 'A cookie that was true a day and an hour ago: 401.',
    request: (studio) => ({ path: SESSION, status: 401, headers: { cookie: expiredCookie(studio) } }),
  },
  {
    name: 'throttled',
    measures: 'A login at an address that has tried wrong keys: 429.',
    async request(studio) {
      await throttle(studio);
      const body = JSON.stringify({ api_key: 'wrong' });
      return { method: 'POST', path: '/api/auth/login', status: 429, body };
    },
  },
  {
    name: 'health',
    measures: 'A route that is public.',
    request: () => ({ path: '/api/health', status: 200 }),
  },
  {
    name: 'static',
    measures: "The login page's script.",
    request: async (studio) => ({ path: await loginScript(studio), status: 200 }),
  },
  {
    name: 'not-found',
    measures: 'A path that does not exist, with a session: 404.',
    request: (_, cookie) => ({ path: '/api/nothing', status: 404, headers: { cookie } }),
  },
  {
    name: 'maintenance',
    measures: 'Anything during maintenance: 503.',
    async request(studio, cookie) {
      await enterMaintenance(studio);
      return { path: SESSION, status: 503, headers: { cookie } };
    },
  },
];

export const REQUESTS: readonly Scenario[] = TABLE.map(({ name, measures, request }) => ({
  name,
  measures,
  run: (options) => compare(request, options),
}));

async function compare(request: RequestScenario['request'], options: Options): Promise<readonly Result[]> {
  const studio = await startStudio();
  const contenders: Contender[] = [studio];
  try {
    const asked = await request(studio, await studio.logIn());
    const load: Load = { headers: {}, connections: 32, pipelining: 16, ...asked };
    contenders.unshift(await startRawCopy(studio.port, load));
    return await compareRequests(
      `${load.method ?? 'GET'} ${load.path}`,
      contenders,
      () => load,
      RAW,
      options,
    );
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

function expiredCookie({ key, studioDir }: Studio): string {
  const secret = Buffer.from(readFileSync(`${studioDir}/.session_secret`, 'utf8').trim(), 'hex');
  const sessions = createSessions(secret, createApiKey(key).digest);
  const longAgo = Math.floor(Date.now() / 1000) - SESSION_LIFETIME - 3600;
  return sessions.cookieAt(longAgo).split(';', 1)[0] ?? '';
}

/** Until no key is taken from this address; the first time it lasts a minute, which is longer than the scenario. */
async function throttle({ port }: Studio): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    const reply = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
      method: 'POST',
      body: JSON.stringify({ api_key: 'wrong' }),
    });
    if (reply.status === 429) return;
  }
  throw new Error('ten wrong keys, and none too many');
}

async function loginScript({ port }: Studio): Promise<string> {
  const page = await (await fetch(`http://127.0.0.1:${port}/login`)).text();
  const [path] = /\/static\/[^"]+\.js/.exec(page) ?? [];
  if (path === undefined) throw new Error('the login page has no script');
  return path;
}

async function enterMaintenance({ port, key }: Studio): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/admin/system/maintenance`, {
    method: 'PUT',
    headers: { 'X-API-Key': key },
    body: JSON.stringify({ active: true }),
  });
  if (!reply.ok) throw new Error(`maintenance: ${reply.status}`);
}
