import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freshFolder } from '../../support/fresh-folder.ts';
import { WITH_KEY } from '../../support/server.ts';
import { startTestStudio, type TestStudio } from '../../support/studio.ts';

/** A pod: folders for Studio and for a ComfyUI with Manager's config.ini, and what starts a Studio on them. */
function pod(t: Test) {
  const folder = freshFolder(t);
  const config = join(folder, 'user/default/ComfyUI-Manager/config.ini');
  mkdirSync(join(config, '..'), { recursive: true });
  writeFileSync(config, '[default]\nsecurity_level = weak\n');
  const env = { STUDIO_DIR: join(folder, 'studio'), COMFYUI_DIR: folder };
  return {
    start: (level: string) => startTestStudio(t, { ...env, MANAGER_SECURITY_LEVEL: level }),
    config: () => readFileSync(config, 'utf8'),
  };
}

function call(studio: TestStudio, headers: Readonly<Record<string, string>>, body?: unknown) {
  return fetch(`${studio.url}/api/admin/manager/security-level`, {
    method: body === undefined ? 'GET' : 'PUT',
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
}

t.test('the first start takes its level from the environment, later ones from STUDIO_DIR', async (t) => {
  const { start, config } = pod(t);
  const first = await start('strong');
  t.equal(first.context.managerLevel.get(), 'strong');
  t.equal(config(), '[default]\nsecurity_level = strong\n', 'and Manager is told of it');

  const cookie = first.context.sessions.cookieAt(first.context.now()).split(';', 1)[0] ?? '';
  t.equal((await call(first, { cookie }, { level: 'normal' })).status, 403, 'a session does not lower it');
  t.equal((await call(first, {}, { level: 'normal' })).status, 401);
  t.match(await (await call(first, WITH_KEY, { level: 'normal' })).json(), {
    level: 'normal',
    previous: 'strong',
    config: { written: true },
  });
  t.equal(config(), '[default]\nsecurity_level = normal\n');
  await first.close(1000);

  const second = await start('weak');
  t.match(await (await call(second, { cookie })).json(), { level: 'normal' });
});
