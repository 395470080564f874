import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type StandIn, startStandIn } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { startTestStudio, type TestStudio } from '../support/studio.ts';
import { SECRET, signedToken } from '../support/tokens.ts';
import type { Given, Row } from './row.ts';
import { type Conversation, talk } from './wire.ts';

export interface Target {
  readonly studio: TestStudio;
  readonly comfyui: StandIn;
}

/** A Studio with a ComfyUI behind it, whose session secret is known to the tests. */
export async function startTarget(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'studio-attack-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'studio'));
  writeFileSync(join(folder, 'studio', '.session_secret'), SECRET.toString('hex'), { mode: 0o600 });
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, {
    COMFYUI_URL: comfyui.url,
    STUDIO_DIR: join(folder, 'studio'),
    ...env,
  });
  // The tracker's one question when it comes; from here on every request that ComfyUI gets is somebody's.
  await comfyui.requested(({ path }) => path === '/queue');
  return { studio, comfyui };
}

export function givenBy(studio: TestStudio): Given {
  const now = Math.floor(Date.now() / 1000);
  return {
    key: KEY,
    cookie: `session=${signedToken(String(now))}`,
    token: (timestamp) => signedToken(String(timestamp)),
    now,
    host: `127.0.0.1:${studio.port}`,
  };
}

export function send(studio: TestStudio, row: Row): Promise<Conversation> {
  const bytes = typeof row.send === 'function' ? row.send(givenBy(studio)) : row.send;
  const parts = (typeof bytes === 'string' ? [bytes] : bytes).map((part) => Buffer.from(part, 'latin1'));
  return talk(studio.port, parts, {
    replies: row.connection === 'open' ? row.replies.length : null,
    // Where no reply comes, the library closed before there was one.
    ...(row.replies.length > 0 ? { last: row.replies.length } : {}),
    ...(row.head === undefined ? {} : { head: true }),
  });
}

/** Asserts all that a row promises. One row after the other, so that what happens is this row's doing. */
export async function checkRow(t: Test, { studio, comfyui }: Target, row: Row): Promise<void> {
  const { events, runs } = studio.context;
  const lastEvent = events.lastId;
  const upstreamBefore = comfyui.requests.length;
  const { replies, closed, inStep } = await send(studio, row);

  const statuses = replies.map(({ status }) => status);
  const cut = row.mayBeCut === true && replies.length === 0;
  const right = row.replies.map((allowed, index) => {
    const status = statuses[index] ?? Number.NaN;
    return typeof allowed === 'number' ? allowed === status : allowed.includes(status);
  });
  t.ok(
    cut || (statuses.length === row.replies.length && right.every(Boolean)),
    `answered ${JSON.stringify(row.replies)}`,
    { found: statuses },
  );
  if (row.connection === 'closed') t.ok(closed, 'the connection is closed');
  else t.ok(inStep, 'the connection is in step', { closed, replies });

  const [first] = replies;
  const headers = [...(first?.headers ?? [])].map(([name, value]) => `${name}: ${value}`).join('\n');
  if (row.body !== undefined) t.match(first?.body, row.body);
  if (row.headers !== undefined) t.match(headers, row.headers);
  if (row.cookie !== true)
    t.notOk(
      replies.some((reply) => reply.headers.has('set-cookie')),
      'no cookie is set',
    );
  t.same(
    (await events.since(lastEvent)).map(({ type }) => type),
    row.events ?? [],
    'no other event is left',
  );
  t.equal(comfyui.requests.length, upstreamBefore, 'nothing reached ComfyUI');
  t.equal(runs.list().length, 0, 'no run was submitted');

  // It answers after that; and a right key forgives the wrong ones, so that no row is throttled by those before it.
  const login = await fetch(`${studio.url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: KEY }),
  });
  t.equal(login.status, 200, 'the server still answers');
}
