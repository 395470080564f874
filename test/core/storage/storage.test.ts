import { existsSync, readdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { StartupError } from '../../../core/startup-error.ts';
import { openStorage, StorageUnwritable } from '../../../core/storage/storage.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { makeOld } from '../../support/old-records.ts';

const insert = `INSERT INTO names VALUES (?, 'x')`;

t.test('what was written is there after the next start', async (t) => {
  const path = join(freshFolder(t), 'studio.db');
  const first = openStorage(path, (message) => t.fail(message));
  const name = first.nameOnce('comfyui client', () => 'a');
  first.close();
  const second = openStorage(path, (message) => t.fail(message));
  t.teardown(() => second.close());
  t.equal(name, 'a');
  t.equal(
    second.nameOnce('comfyui client', () => 'b'),
    'a',
  );
});

t.test('runs of before times were kept get theirs from what was written of them', async (t) => {
  const path = join(freshFolder(t), 'studio.db');
  const older = openStorage(path, (message) => t.fail(message));
  makeOld(older.database, 2);
  const run = older.database.prepare(
    `INSERT INTO runs (prompt_id, status, accepted, bytes, progress, node_errors, prompt) VALUES (?, 'error', 1, 0, ?, '{}', '{}')`,
  );
  const at = (iso: string) => JSON.stringify({ queued_at: iso });
  run.run('a', at('2026-01-01T12:00:00.123Z'));
  run.run('clock set back', at('2026-01-01T11:00:00.000Z'));
  run.run('unreadable', 'x');
  run.run('b', at('2026-01-02T00:00:00.999Z'));
  older.close();
  const storage = openStorage(path, (message) => t.fail(message));
  t.teardown(() => storage.close());
  const noon = Date.UTC(2026, 0, 1, 12, 0, 0, 123);
  t.same(storage.database.prepare('SELECT queued_at FROM runs ORDER BY number').pluck().all(), [
    noon,
    noon,
    noon,
    Date.UTC(2026, 0, 2, 0, 0, 0, 999),
  ]);
});

const noProc = process.platform === 'linux' ? false : 'no /proc';

t.test('nothing is written outside of its folder, whatever there is to sort', { skip: noProc }, async (t) => {
  const folder = freshFolder(t);
  const { database, close } = openStorage(join(folder, 'studio.db'), (message) => t.fail(message));
  t.teardown(() => close());
  // More than SQLite sorts within its cache.
  const sorted = database.prepare(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000)
    SELECT hex(n % 97) || hex(zeroblob(400)) AS text FROM numbers ORDER BY text, n`);
  const rows = sorted.iterate();
  t.match(rows.next().value, { text: /^3[0-9]/ });
  const open = openFiles();
  rows.return?.();
  t.ok(open.includes(join(folder, 'studio.db')));
  t.same(
    open.filter((path) => path.includes('etilqs')),
    [],
    'a read-only system has no place for files of its own',
  );
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // The one that read the folder.
      return [];
    }
  });
}

t.test('a damaged file is set aside, with a warning, and new records begin', async (t) => {
  const damages: readonly [string, (path: string) => void][] = [
    [
      'not a database',
      (path) => writeFileSync(path, 'this is no database, but longer than a header '.repeat(100)),
    ],
    ['a half of it', (path) => truncateSync(path, 8192)],
    ['a page of garbage', (path) => overwrite(path, 4096, 4096)],
    ['garbage in the middle', (path) => overwrite(path, 12_000, 9000)],
  ];
  for (const [what, damage] of damages) {
    const path = join(freshFolder(t), 'studio.db');
    const first = openStorage(path, (message) => t.fail(message));
    for (let number = 0; number < 500; number += 1)
      first.database.prepare(insert).run(`${number}`.repeat(20));
    // As after kill -9: not closed as it should be, but all of it in the file.
    first.database.pragma('wal_checkpoint(TRUNCATE)');
    first.database.close();
    damage(path);
    const damaged = readFileSync(path);

    const warnings: string[] = [];
    const second = openStorage(path, (message) => warnings.push(message));
    t.match(warnings, [/is damaged .*set aside as .*studio\.db\.bad/], what);
    t.equal(second.database.prepare('SELECT count(*) FROM names').pluck().get(), 0, `${what}: it is empty`);
    t.ok(readFileSync(`${path}.bad`).equals(damaged), 'the damaged one is kept as it was');
    t.ok(second.wasDamaged, 'and it knows why');
    second.close();
    const third = openStorage(path, (message) => t.fail(message));
    t.notOk(third.wasDamaged);
    third.close();
  }
});

function overwrite(path: string, at: number, length: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, at, at + length);
  writeFileSync(path, bytes);
}

t.test('a file of a newer version, or a folder in its place, is left alone', async (t) => {
  const path = join(freshFolder(t), 'studio.db');
  const first = openStorage(path, () => {});
  first.database.pragma('user_version = 1000');
  first.close();
  t.throws(() => openStorage(path, () => {}), StartupError);
  t.throws(() => openStorage(path, () => {}), /newer version/);
  t.notOk(existsSync(`${path}.bad`));
  t.throws(() => openStorage(freshFolder(t), () => {}), StartupError, 'a folder');
});

t.test('together: all of it or nothing, and effects only of what is kept', async (t) => {
  const storage = openStorage(':memory:', () => {});
  const count = () => storage.database.prepare('SELECT count(*) FROM names').pluck().get();
  const effects: string[] = [];
  storage.whenKept(() => effects.push('outside'));
  storage.together(() => {
    storage.database.prepare(insert).run('a');
    storage.together(() => storage.database.prepare(insert).run('b'));
    storage.whenKept(() => effects.push('kept'));
  });
  t.same([count(), effects], [2, ['outside', 'kept']]);
  t.throws(() =>
    storage.together(() => {
      storage.database.prepare(insert).run('c');
      storage.whenKept(() => effects.push('never'));
      throw new Error('no');
    }),
  );
  storage.together(() => {});
  t.same([count(), effects], [2, ['outside', 'kept']]);
});

t.test('no room: StorageUnwritable, nothing is kept, and with room again it goes on', async (t) => {
  const storage = openStorage(join(freshFolder(t), 'studio.db'), () => {});
  t.teardown(() => storage.close());
  const long = 'x'.repeat(100_000);
  const statement = storage.database.prepare(insert);
  storage.database.pragma('max_page_count = 1');
  t.throws(() => storage.write(() => statement.run(long)), StorageUnwritable);
  t.throws(
    () =>
      storage.together(() => {
        statement.run('short');
        statement.run(long);
      }),
    StorageUnwritable,
  );
  storage.database.pragma('max_page_count = 100000');
  storage.together(() => statement.run(long));
  t.equal(storage.database.prepare('SELECT count(*) FROM names').pluck().get(), 1);
});

t.test('another mistake is no want of room', async (t) => {
  const storage = openStorage(':memory:', () => {});
  storage.database.prepare(insert).run('a');
  t.throws(() => storage.write(() => storage.database.prepare(insert).run('a')), { code: /CONSTRAINT/ });
});
