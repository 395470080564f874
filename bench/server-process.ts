import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Calls back when it ends by itself, with its exit code or signal. */
  onExit(callback: (code: number | string | null) => void): void;
  /** Calls back with each line that it prints from now on. */
  onLine(callback: (line: string) => void): void;
  stop(): Promise<void>;
}

/** Starts a server under test in a process of its own and waits for the line that tells its port. */
export async function startServer(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await announcedPort(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  const lines = createInterface({ input: child.stdout });
  let stopping = false;
  return {
    pid,
    port,
    onExit(callback) {
      child.once('exit', (code, signal) => {
        if (!stopping) callback(code ?? signal);
      });
    },
    onLine(callback) {
      lines.on('line', callback);
    },
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function announcedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
}
