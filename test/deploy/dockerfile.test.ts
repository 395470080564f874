import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../core/package-root.ts';
import { freePort } from '../support/free-port.ts';
import { type Container, canContain, type InsideOptions, type Layer, openContainer } from './container.ts';
import { parseCommand, parseDockerfile, parseEnv, type Stage } from './dockerfile.ts';

/** What the image may add to its base. In MB, of 10^6 bytes. */
const MOST_ADDED_MB = 120;

const ROOT = packageRoot();
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const stages = parseDockerfile(read('Dockerfile'));
const ignored = read('.dockerignore').split('\n').filter(Boolean);

t.test('every file that is copied is there, and not ignored', (t) => {
  const copied = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ name, args }) => name === 'COPY' && !args.startsWith('--from='))
    .flatMap(({ args }) => args.split(' ').slice(0, -1));
  t.ok(copied.length > 0);
  for (const source of copied) {
    t.ok(existsSync(join(ROOT, source)), source);
    t.notOk(ignored.includes(source.split('/')[0] ?? ''), `${source} reaches the build`);
  }
  for (const secret of ['studio-data', '.git', 'node_modules'])
    t.ok(ignored.includes(secret), `${secret} does not`);
  t.end();
});

t.test('what runs is not root, and has its records in a volume', (t) => {
  const last = stages.at(-1)?.instructions ?? [];
  const user = last.findIndex(({ name }) => name === 'USER');
  t.not(last[user]?.args, 'root');
  t.ok(
    user > last.findLastIndex(({ name }) => name === 'RUN' || name === 'COPY'),
    'nor can it write its own code',
  );
  t.equal(last.find(({ name }) => name === 'VOLUME')?.args, envOf(last).STUDIO_DIR);
  t.end();
});

t.test(
  'the steps, one by one in empty folders; and what comes of them, with nothing to write but its volume',
  {
    timeout: 400_000,
    skip: (await canContain()) ? false : 'mounts are not allowed here',
  },
  async (t) => {
    const container = await openContainer();
    const prebuilds = mkdtempSync(join(tmpdir(), 'studio-prebuilds-'));
    t.teardown(async () => {
      await container.close();
      rmSync(prebuilds, { recursive: true });
    });
    await packSqlite(container, prebuilds);

    const layers = new Map<string, Layer>();
    for (const stage of stages) layers.set(stage.name, await replay(container, stage, layers, prebuilds));
    const stage = stages.at(-1);
    const image = layers.get(stage?.name ?? '');
    if (stage === undefined || image === undefined) throw new Error('no stage');

    const size = await container.outside('du', '-s', '-B1', join(image.added, 'app'));
    const megabytes = Number.parseInt(size, 10) / 1e6;
    t.comment(`the image adds ${megabytes.toFixed(0)} MB`);
    t.ok(megabytes < MOST_ADDED_MB, `${megabytes} MB`);

    const volume = join(image.root, stage.instructions.find(({ name }) => name === 'VOLUME')?.args ?? '');
    await container.outside('mount', '-t', 'tmpfs', 'tmpfs', volume);
    // As Docker does with a volume that is new: it gets the owner that the folder has in the image.
    await container.outside(
      'chroot',
      image.root,
      'chown',
      'node:node',
      envOf(stage.instructions).STUDIO_DIR ?? '',
    );
    await container.outside('mount', '-o', 'remount,bind,ro', image.root);
    await t.rejects(container.outside('touch', join(image.root, 'app/x')), /Read-only file system/);

    const { instructions } = stage;
    const port = await freePort();
    const options: InsideOptions = {
      directory: instructions.findLast(({ name }) => name === 'WORKDIR')?.args ?? '/',
      env: { ...PATH, ...envOf(instructions), STUDIO_HOST: '127.0.0.1', STUDIO_PORT: String(port) },
      user: instructions.findLast(({ name }) => name === 'USER')?.args ?? 'root',
    };
    const commandOf = (name: string) =>
      parseCommand(instructions.findLast((instruction) => instruction.name === name)?.args ?? '');
    await t.rejects(
      container.inside(image, options, ...commandOf('HEALTHCHECK')),
      'nothing serves: not healthy',
    );

    const studio = container.start(image, options, ...commandOf('CMD'));
    let log = '';
    const serves = new Promise<void>((resolve) => {
      studio.stdout?.on('data', (chunk: Buffer) => {
        log += chunk;
        if (log.includes('serves on')) resolve();
      });
    });
    await Promise.race([serves, once(studio, 'exit')]);
    t.match(log, 'serves on');
    await container.inside(image, options, ...commandOf('HEALTHCHECK'));
    const page = await fetch(`http://127.0.0.1:${port}/login`);
    t.equal(page.status, 200);
    t.match(await page.text(), '<title>');
    t.match(await container.inside(image, options, 'studio', '--help'), 'STUDIO_DIR');
    t.match(await container.outside('ls', '-la', volume), /-rw------- .* \.api_key/);
    studio.kill('SIGTERM');
    t.same(await once(studio, 'exit'), [0, null], 'SIGTERM ends it in good order');
  },
);

const PATH = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

function envOf(instructions: Stage['instructions']): Record<string, string> {
  return Object.assign(
    {},
    ...instructions.filter(({ name }) => name === 'ENV').map(({ args }) => parseEnv(args)),
  );
}

/** Builds a stage as Docker does: each instruction upon what those before it left. */
async function replay(
  container: Container,
  stage: Stage,
  layers: ReadonlyMap<string, Layer>,
  prebuilds: string,
): Promise<Layer> {
  const layer = await container.layer(stage.name);
  let directory = '/';
  let env: Record<string, string> = PATH;
  const inside = (...command: string[]) =>
    container.inside(layer, { directory, env, user: 'root' }, ...command);
  await inside('sh', '-c', 'id node >/dev/null 2>&1 || useradd node');
  for (const { name, args } of stage.instructions) {
    if (name === 'ENV') env = { ...env, ...parseEnv(args) };
    if (name === 'WORKDIR') {
      directory = args;
      await container.outside('mkdir', '-p', join(layer.root, args));
    }
    if (name === 'RUN') {
      const fetched = { npm_config_better_sqlite3_local_prebuilds: prebuilds };
      const options = { directory, env: { ...env, ...fetched, HOME: '/root' }, user: 'root' };
      await container.inside(layer, options, 'sh', '-c', args);
    }
    if (name === 'COPY') {
      const [, from, words = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(args) ?? [];
      const source = from === undefined ? ROOT : (layers.get(from)?.root ?? '');
      const sources = words.split(' ').slice(0, -1);
      const target = words.split(' ').at(-1) ?? '';
      for (const each of sources) {
        const to = join(layer.root, directory, target);
        await container.outside('cp', '-r', ...(target.endsWith('/') ? [] : ['-T']), join(source, each), to);
      }
    }
  }
  return layer;
}

/** better-sqlite3's own build, as its install script finds it at its makers': to compile it anew takes minutes. */
async function packSqlite(container: Container, folder: string): Promise<void> {
  const module = join(ROOT, 'node_modules/better-sqlite3');
  const { version } = JSON.parse(readFileSync(join(module, 'package.json'), 'utf8'));
  const { modules } = process.versions;
  const name = `better-sqlite3-v${version}-node-v${modules}-${process.platform}-${process.arch}.tar.gz`;
  await container.outside(
    'tar',
    '-czf',
    join(folder, name),
    '-C',
    module,
    'build/Release/better_sqlite3.node',
  );
}
