import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether this process may make the mounts of a container: Linux, root, and no sandbox that forbids it. */
export async function canContain(): Promise<boolean> {
  return run('unshare', ['-m', 'true']).then(
    () => true,
    () => false,
  );
}

/** What one stage of an image is built in: this machine's own file system, of which only copies are written. */
export interface Layer {
  /** Where its root is, as the mounts' owner sees it. */
  readonly root: string;
  /** What was written into it, beside what the machine has. */
  readonly added: string;
}

/**
 * Mounts that nobody else sees and that end with their owner. Docker's engine is not needed for it, nor its base image:
 * the machine's own Node and libraries take that one's place.
 */
export interface Container {
  layer(name: string): Promise<Layer>;
  /** Runs a command beside the layers, as root; resolves to its output, rejects with it when it fails. */
  outside(...command: string[]): Promise<string>;
  /** The same in a layer. */
  inside(layer: Layer, options: InsideOptions, ...command: string[]): Promise<string>;
  /** The same, and goes on: the process. */
  start(layer: Layer, options: InsideOptions, ...command: string[]): ChildProcess;
  close(): Promise<void>;
}

export interface InsideOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
}

const LONGEST_OUTPUT = 16 * 1024 * 1024;

export async function openContainer(): Promise<Container> {
  const base = mkdtempSync(join(tmpdir(), 'studio-image-'));
  const owner = spawn(
    'unshare',
    ['-m', 'sh', '-c', `mount -t tmpfs tmpfs ${base} && echo ready && exec sleep 600`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(owner.stdout, 'data');
  const enter = ['--mount', `--target=${owner.pid}`];

  const outside = async (...command: string[]): Promise<string> =>
    (await run('nsenter', [...enter, ...command], { maxBuffer: LONGEST_OUTPUT })).stdout;

  function within(
    layer: Layer,
    { directory, env, user }: InsideOptions,
    command: readonly string[],
  ): string[] {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const become = user === 'root' ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
    return [
      ...[...enter, 'chroot', layer.root, 'env', '-i', `--chdir=${directory}`, ...variables, ...become],
      ...command,
    ];
  }

  return {
    outside,
    async layer(name) {
      const at = (part: string): string => join(base, `${name}-${part}`);
      const layer = { root: at('root'), added: at('added') };
      await outside('mkdir', at('root'), at('added'), at('work'));
      const options = `lowerdir=/,upperdir=${layer.added},workdir=${at('work')}`;
      await outside('mount', '-t', 'overlay', 'overlay', '-o', options, layer.root);
      for (const folder of ['/proc', '/dev'])
        await outside('mount', '--rbind', folder, join(layer.root, folder));
      return layer;
    },
    inside: async (layer, options, ...command) =>
      (await run('nsenter', within(layer, options, command), { maxBuffer: LONGEST_OUTPUT })).stdout,
    start: (layer, options, ...command) =>
      spawn('nsenter', within(layer, options, command), { stdio: 'pipe' }),
    async close() {
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      rmSync(base, { recursive: true, force: true });
    },
  };
}
