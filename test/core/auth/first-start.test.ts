import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import t from 'tap';
import { z } from 'zod';
import { freshFolder } from '../../support/fresh-folder.ts';

const SCRIPT = join(import.meta.dirname, '../../support/first-start.ts');
const Found = z.object({ secret: z.string(), key: z.string(), warnings: z.array(z.string()) });

interface Starter {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: AsyncIterator<string>;
}

/** Starts the processes, lets all of them load, then lets all of them go at once. */
async function startTogether(studioDir: string, count: number): Promise<z.infer<typeof Found>[]> {
  const starters = Array.from({ length: count }, (): Starter => {
    const child = spawn(process.execPath, ['--import=tsx', SCRIPT], {
      env: { PATH: process.env.PATH, STUDIO_DIR: studioDir },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  for (const { lines } of starters) await lines.next();
  for (const { child } of starters) child.stdin.write('go\n');
  return Promise.all(
    starters.map(async ({ child, lines }) => {
      const exit = once(child, 'exit');
      const { value } = await lines.next();
      const [code] = await exit;
      if (code !== 0) throw new Error(`a process ended with ${code}`);
      return Found.parse(JSON.parse(String(value)));
    }),
  );
}

t.test('"two processes starting together agree on one": the secret and the generated key', async (t) => {
  const folder = freshFolder(t);
  const found = await startTogether(folder, 6);
  t.equal(found.length, 6);
  t.equal(new Set(found.map(({ secret }) => secret)).size, 1);
  t.equal(new Set(found.map(({ key }) => key)).size, 1);
  t.equal(found[0]?.secret, readFileSync(join(folder, '.session_secret'), 'utf8').trim());
  t.equal(found[0]?.key, readFileSync(join(folder, '.api_key'), 'utf8').trim());
  t.same(readdirSync(folder).sort(), ['.api_key', '.session_secret'], 'no drafts are left');
});

t.test('they agree as well when they find a damaged secret', async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, '.session_secret'), 'damaged');
  const found = await startTogether(folder, 6);
  t.equal(new Set(found.map(({ secret }) => secret)).size, 1);
  t.equal(readFileSync(join(folder, '.session_secret.bad'), 'utf8'), 'damaged');
  t.ok(found.some(({ warnings }) => warnings.length === 1));
  t.same(readdirSync(folder).sort(), ['.api_key', '.session_secret', '.session_secret.bad']);
});
