import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { connectionsWithin, openFileLimit, parseOpenFileLimit } from '../../core/open-files.ts';

t.test('connections fit into the files that may be open', (t) => {
  const rows: readonly [asked: number, openFiles: number | null, connections: number][] = [
    [10_000, null, 10_000],
    [10_000, 1_048_576, 10_000],
    [10_000, 20_128, 10_000],
    [10_000, 20_127, 9_999],
    [10_000, 1024, 448],
    [10, 1024, 10],
    [10_000, 128, 1],
    [10_000, 0, 1],
  ];
  for (const [asked, openFiles, connections] of rows) {
    const limit = connectionsWithin(asked, openFiles);
    t.equal(limit.connections, connections, `${asked} within ${openFiles}`);
    t.equal(limit.warning === null, connections === asked, 'said when it is fewer');
  }
  t.match(connectionsWithin(10_000, 1024).warning, /1024 files.*448.*LimitNOFILE=20128/);
  t.end();
});

t.test('the limit is read where Linux tells it', (t) => {
  const line = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units\nMax processes             1                    2                    processes\nMax open files            ${soft.padEnd(20)} 1048576              files\n`;
  t.equal(parseOpenFileLimit(line('1024')), 1024);
  t.equal(parseOpenFileLimit(line('unlimited')), null);
  t.equal(parseOpenFileLimit(''), null);
  t.equal(parseOpenFileLimit('Max open files\n'), null);
  if (process.platform === 'linux') t.ok(Number(openFileLimit()) > 0);
  t.end();
});

t.test(
  'a process that may open few files serves fewer connections, and says so at its start',
  {
    skip: process.platform === 'linux' ? false : 'no /proc',
  },
  async (t) => {
    const studioDir = mkdtempSync(join(tmpdir(), 'studio-files-'));
    const child = spawn('sh', ['-c', 'ulimit -n 200 && exec node --import=tsx core/main.ts'], {
      env: {
        PATH: process.env.PATH ?? '',
        STUDIO_DIR: studioDir,
        STUDIO_HOST: '127.0.0.1',
        STUDIO_PORT: '0',
        COMFYUI_URL: 'http://127.0.0.1:9',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.teardown(async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
      rmSync(studioDir, { recursive: true });
    });
    const log = createInterface(child.stdout);
    for await (const line of log) {
      if (!line.includes('files open')) continue;
      t.match(line, '200 files open, enough for 36 connections');
      return;
    }
    t.fail('it was not said');
  },
);
