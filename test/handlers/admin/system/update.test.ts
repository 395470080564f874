import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { z } from 'zod';
import type { StudioEvent } from '../../../../core/events/event-log.ts';
import type { Restart } from '../../../../core/update/updates.ts';
import { freshFolder } from '../../../support/fresh-folder.ts';
import { KEY } from '../../../support/handler.ts';
import { WITH_KEY } from '../../../support/server.ts';
import { startTestStudio } from '../../../support/studio.ts';

const PATH = '/api/admin/system/update';

/** A Studio whose update command is this shell script. */
async function studioWith(t: Test, script: string, env: Record<string, string> = {}, restart?: Restart) {
  const file = join(freshFolder(t), 'update.sh');
  writeFileSync(file, script);
  const studio = await startTestStudio(
    t,
    { STUDIO_UPDATE_COMMAND: `sh '${file}'`, ...env },
    restart === undefined ? {} : { restart },
  );
  const events: StudioEvent[] = [];
  const waiting = new Map<string, () => void>();
  studio.context.events.subscribe((event) => {
    events.push(event);
    waiting.get(event.type)?.();
  });
  return {
    ...studio,
    events,
    /** The types of all events about maintenance and the system. */
    told: () => events.map(({ type }) => type).filter((type) => /^(?:maintenance|system)\./.test(type)),
    lines: () =>
      events.flatMap(({ type, data }) => (type === 'update.output' ? Lines.parse(data).lines : [])),
    next: (type: StudioEvent['type']) => new Promise<void>((resolve) => waiting.set(type, resolve)),
    post: (headers: Record<string, string> = WITH_KEY, body?: string) =>
      fetch(studio.url + PATH, { method: 'POST', headers, ...(body === undefined ? {} : { body }) }),
    last: async () => Last.parse(await (await fetch(studio.url + PATH, { headers: WITH_KEY })).json()).update,
  };
}

const Lines = z.looseObject({ lines: z.array(z.string()), left_out: z.number() });
const Last = z.object({
  configured: z.boolean(),
  update: z.looseObject({ output: z.array(z.string()) }).nullable(),
});

t.test('one that succeeds: maintenance while it runs, its output as events, the result after', async (t) => {
  const go = join(freshFolder(t), 'go');
  const studio = await studioWith(t, 'echo begin; until [ -e "$GO" ]; do sleep 0.05; done; echo end', {
    GO: go,
  });
  t.equal(await studio.last(), null);
  const left = studio.next('maintenance.left');
  const begun = await studio.post();
  t.equal(begun.status, 202);
  t.match(await begun.json(), { update: { id: /./, outcome: 'running', ended_at: null } });
  for (const reply of [await fetch(`${studio.url}/api/health`), await studio.post()])
    t.equal(reply.status, 503, 'nothing else runs');
  writeFileSync(go, '');
  await left;
  t.same(studio.told(), ['maintenance.entered', 'system.updated', 'maintenance.left']);
  t.same(studio.lines(), ['begin', 'end']);
  const result = { outcome: 'succeeded', exit_code: 0, signal: null, timed_out: false, restart: false };
  t.match(await studio.last(), { ...result, output: ['begin', 'end'], output_left_out: 0, ended_at: /^20/ });
  const kept: unknown = JSON.parse(
    readFileSync(join(studio.context.config.studioDir, 'last_update.json'), 'utf8'),
  );
  t.match(kept, result, 'it is kept for after a restart');
});

t.test('one at a time: 409 with the one that runs, where maintenance was ended by hand', async (t) => {
  const go = join(freshFolder(t), 'go');
  const studio = await studioWith(t, 'until [ -e "$GO" ]; do sleep 0.05; done', { GO: go });
  await studio.post();
  const ended = studio.next('system.updated');
  await fetch(`${studio.url}/api/admin/system/maintenance`, {
    method: 'PUT',
    headers: WITH_KEY,
    body: '{"active": false}',
  });
  const second = await studio.post();
  t.equal(second.status, 409);
  t.match(await second.json(), { detail: /running/, update: { outcome: 'running' } });
  writeFileSync(go, '');
  await ended;
  t.equal((await studio.post()).status, 202, 'and then the next');
});

t.test(
  'one that fails, or cannot be started, or hangs, ends maintenance all the same and says how',
  async (t) => {
    const rows: readonly [string, Record<string, string>, object, RegExp][] = [
      ['echo broken >&2; exit 3', {}, { outcome: 'failed', exit_code: 3, output: ['broken'] }, /exit code 3/],
      ['kill -9 $$', {}, { outcome: 'failed', exit_code: null, signal: 'SIGKILL' }, /SIGKILL/],
      ['', { STUDIO_UPDATE_COMMAND: '/no/such/program' }, { outcome: 'failed', error: /ENOENT/ }, /ENOENT/],
      [
        'echo on; sleep 1000',
        { STUDIO_UPDATE_TIMEOUT_S: '1' },
        { outcome: 'timed_out', timed_out: true, signal: 'SIGTERM', output: ['on'] },
        /after 1 seconds/,
      ],
    ];
    for (const [script, env, result, reason] of rows) {
      const studio = await studioWith(t, script, env);
      const left = studio.next('maintenance.left');
      t.equal((await studio.post()).status, 202);
      await left;
      t.same(studio.told(), ['maintenance.entered', 'system.update.failed', 'maintenance.left'], script);
      t.match(studio.events.at(-1)?.message, reason);
      t.match(await studio.last(), result);
      t.equal((await fetch(`${studio.url}/api/health`)).status, 200);
    }
  },
);

t.test(
  '10 MB of output fill neither the event log nor the memory: its beginning and its end are told',
  async (t) => {
    const studio = await studioWith(
      t,
      'i=0; yes "0123456789 0123456789 0123456789 0123456789" | head -c 10000000; echo; echo the end',
    );
    const left = studio.next('maintenance.left');
    await studio.post();
    await left;
    const outputs = studio.events.filter(({ type }) => type === 'update.output');
    const told = studio.lines();
    const leftOut = outputs.reduce((sum, { data }) => sum + Lines.parse(data).left_out, 0);
    t.equal(told[0], '0123456789 0123456789 0123456789 0123456789');
    t.equal(told.at(-1), 'the end');
    t.equal(told.length + leftOut, Math.ceil(10_000_000 / 44) + 1, 'each line is told or counted');
    t.ok(outputs.length < 50, `${outputs.length} events`);
    t.ok(JSON.stringify(outputs).length < 200_000);
    const last = await studio.last();
    t.equal(last?.output.at(-1), 'the end');
    t.ok(JSON.stringify(last).length < 40_000);
  },
);

t.test('no secret reaches the command, and none that it knows all the same reaches an event', async (t) => {
  const secrets = {
    COMFYUI_AUTHORIZATION: 'Bearer for-comfyui-alone',
    CIVITAI_API_KEY: 'civitai-0123456789',
    HF_TOKEN: 'hf_0123456789abcdef',
    SOME_ADDRESS: 'https://me:a-password@example.com',
  };
  const known = join(freshFolder(t), 'known');
  writeFileSync(known, `${[KEY, ...Object.values(secrets)].join('\n')}\n`);
  const studio = await studioWith(t, 'env; echo; cat "$KNOWN"', { ...secrets, KNOWN: known });
  const left = studio.next('maintenance.left');
  await studio.post();
  await left;
  const lines = studio.lines();
  const names = lines.slice(0, lines.indexOf('')).map((line) => line.split('=', 1)[0]);
  t.ok(names.includes('PATH') && names.includes('KNOWN'));
  for (const name of ['API_KEY', ...Object.keys(secrets)]) t.notOk(names.includes(name), name);
  const all = JSON.stringify([studio.events, await studio.last(), studio.logged]);
  for (const secret of [KEY, ...Object.values(secrets)]) t.notOk(all.includes(secret), secret);
  t.match(lines.slice(lines.indexOf('') + 1), [/redacted/, /redacted/, /redacted/, /redacted/, /redacted/]);
});

t.test('75, or 0 with STUDIO_RESTART_AFTER_UPDATE, asks for a restart, and nothing else does', async (t) => {
  const rows: readonly [string, Record<string, string>, boolean][] = [
    ['exit 75', {}, true],
    ['exit 0', { STUDIO_RESTART_AFTER_UPDATE: '1' }, true],
    ['exit 0', {}, false],
    ['exit 1', { STUDIO_RESTART_AFTER_UPDATE: '1' }, false],
  ];
  for (const [script, env, restarts] of rows) {
    let asked = 0;
    const studio = await studioWith(t, script, env, async () => {
      asked += 1;
      return { failed: 'the new one does not start' };
    });
    const left = studio.next('maintenance.left');
    await studio.post();
    await left;
    t.equal(asked, Number(restarts), script);
    t.match(await studio.last(), { restart: restarts });
    if (restarts) t.match(studio.events.at(-1)?.message, /the new one does not start/);
  }
});

t.test('a stop of Studio ends it too, and it is known for what it was', async (t) => {
  const studio = await studioWith(t, 'echo on; sleep 1000');
  const printed = studio.next('update.output');
  await studio.post();
  await printed;
  await studio.close(1000);
  t.match(studio.context.updates.last, { outcome: 'interrupted', signal: 'SIGTERM' });
});

t.test('of one that ended with its Studio, the next one says so', async (t) => {
  const studioDir = freshFolder(t);
  const update = {
    id: 'x',
    started_at: '2026-11-25T00:00:00.000Z',
    ended_at: null,
    outcome: 'running',
    exit_code: null,
    signal: null,
    timed_out: false,
    restart: false,
    error: null,
    output: [],
    output_left_out: 0,
  };
  writeFileSync(join(studioDir, 'last_update.json'), JSON.stringify(update));
  const studio = await studioWith(t, 'exit 0', { STUDIO_DIR: studioDir });
  t.match(await studio.last(), { outcome: 'interrupted' });
  t.equal((await studio.post()).status, 202, 'and another may begin');
});

t.test('a result that cannot be read is told, and is none', async (t) => {
  const studioDir = freshFolder(t);
  writeFileSync(join(studioDir, 'last_update.json'), '{"id": 7}');
  const studio = await studioWith(t, 'exit 0', { STUDIO_DIR: studioDir });
  t.equal(await studio.last(), null);
  t.match(studio.logged.join(''), /last_update.json cannot be read/);
});

t.test('only the key itself starts one, and without a command there is none to start', async (t) => {
  const studio = await studioWith(t, 'exit 0', { STUDIO_UPDATE_COMMAND: '' });
  const login = await fetch(`${studio.url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: KEY }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  t.equal((await studio.post({})).status, 401);
  t.equal((await studio.post({ cookie })).status, 403);
  t.equal((await studio.post({ cookie }, '{"api_key": "no"}')).status, 401);
  t.equal((await studio.post({ cookie }, `{"api_key": "${KEY}"}`)).status, 501);
  const reply = await studio.post();
  t.equal(reply.status, 501);
  t.match(await reply.json(), { detail: /STUDIO_UPDATE_COMMAND/ });
  t.equal(studio.context.maintenance.active, false);
});
