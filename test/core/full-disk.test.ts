import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadConfig } from '../../core/config.ts';
import { createLog } from '../../core/log.ts';
import { type Studio, startStudio } from '../../core/studio.ts';
import { routes } from '../../handlers/routes.ts';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { KEY } from '../support/handler.ts';
import { toy } from '../support/workflows.ts';

/** A real file system of 3 MiB, or null where this user may not mount one. */
function smallDisk(t: Test): string | null {
  const folder = freshFolder(t);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]).status === 0;
  if (mounted) t.teardown(() => spawnSync('umount', ['--lazy', folder]));
  return mounted ? folder : null;
}

const disk = smallDisk(t);

t.test(
  'a full disk refuses new runs, goes on serving, and heals',
  { skip: disk === null && 'needs root, to mount a small disk' },
  async (t) => {
    const folder = disk ?? '';
    const comfyui = await startStandIn({ stepDelayMs: 0 });
    t.teardown(() => comfyui.close());
    let studio: Studio | undefined;
    t.teardown(() => studio?.close(100));
    const current = (): Studio => {
      if (studio === undefined) throw new Error('it is not started');
      return studio;
    };
    const start = async () => {
      studio = await startStudio({
        config: loadConfig({
          API_KEY: KEY,
          STUDIO_DIR: join(folder, 'studio'),
          STUDIO_HOST: '127.0.0.1',
          STUDIO_PORT: '0',
          COMFYUI_URL: comfyui.url,
        }),
        routes,
        createLog: (secrets) => createLog({ level: 'silent', secrets }),
      });
    };
    const ask = async (path: string, body?: unknown) => {
      const reply = await fetch(`http://127.0.0.1:${current().port}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'X-API-Key': KEY },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: reply.status, text: await reply.text() };
    };
    const run = () => ask('/api/run', { prompt: toy(1, 'none'), wait: 30 });
    const fill = join(folder, 'fill');
    const filled = () => {
      try {
        writeFileSync(fill, Buffer.alloc(4 * 1024 * 1024));
      } catch {
        // That was the aim.
      }
    };

    await start();
    t.match(await run(), { status: 200, text: /"completed"/ });
    filled();
    const big = {
      prompt: { ...toy(1, 'none'), 9: { class_type: 'Note', inputs: { text: 'x'.repeat(200_000) } } },
    };
    const asked = comfyui.requests.length;
    t.match(await ask('/api/run', big), { status: 507, text: /no room left/ });
    t.notOk(
      comfyui.requests.slice(asked).some(({ path }) => path === '/prompt'),
      'ComfyUI did not hear of it',
    );
    t.match(await ask('/api/metrics'), { status: 200, text: /^studio_storage_writable 0$/m });
    t.match(await ask('/api/admin/history'), { status: 200, text: /"completed"/ });
    t.match(await ask('/api/auth/session'), { status: 200 });

    await current().close(100);
    await start();
    t.match(
      await ask('/api/admin/history'),
      { status: 200, text: /"completed"/ },
      'it starts again all the same',
    );
    t.match(await ask('/api/run', big), { status: 507 });

    rmSync(fill);
    t.match(await run(), { status: 200, text: /"completed"/ }, 'with room again it takes runs');
    t.match(await ask('/api/metrics'), { status: 200, text: /^studio_storage_writable 1$/m });
  },
);
