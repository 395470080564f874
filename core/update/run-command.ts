import { type ChildProcess, spawn } from 'node:child_process';

/** How a command ended. All null: it was stopped before it began. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It ran for too long and was ended. */
  readonly timedOut: boolean;
  /** Why it could not be started, or null. */
  readonly error: string | null;
}

export interface RunningCommand {
  /** Resolves when it has ended, whichever way, and its output was read. */
  readonly ended: Promise<CommandEnd>;
  /** Ends it and all that it started. */
  stop(): void;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How long it may take to end after SIGTERM, before SIGKILL; default 5,000 ms. */
  readonly graceMs?: number;
  onOutput(bytes: Uint8Array): void;
}

/** What a command left running may hold its output open; nobody waits for that longer than this, in ms. */
const LATE_OUTPUT_MS = 1000;

/**
 * Runs a program without a shell, in a process group of its own, so that the timeout ends all that it started as well. What is
 * still running when it ends by itself is left alone: it may have restarted ComfyUI.
 */
export function runCommand(
  [program = '', ...args]: readonly string[],
  options: CommandOptions,
): RunningCommand {
  const { env, timeoutMs, graceMs = 5000, onOutput } = options;
  const child = spawn(program, args, { env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  let timedOut = false;
  let stopped = false;
  let kill: NodeJS.Timeout | undefined;

  function stop(): void {
    if (stopped) return;
    stopped = true;
    signalGroup(child, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  }

  const timeout = setTimeout(() => {
    timedOut = true;
    stop();
  }, timeoutMs);

  const ended = new Promise<CommandEnd>((resolve) => {
    function end(result: Pick<CommandEnd, 'exitCode' | 'signal' | 'error'>): void {
      clearTimeout(timeout);
      clearTimeout(kill);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ...result, timedOut });
    }
    child.on('error', (error) => {
      // Also when a signal could not be sent; then it goes on.
      if (child.pid === undefined) end({ exitCode: null, signal: null, error: error.message });
    });
    child.on('exit', (exitCode, signal) => {
      // The program itself has ended; what it started was asked to, and gets no second chance.
      if (stopped) signalGroup(child, 'SIGKILL');
      const late = setTimeout(done, LATE_OUTPUT_MS);
      child.on('close', done);
      function done(): void {
        clearTimeout(late);
        end({ exitCode, signal, error: null });
      }
    });
  });
  return { ended, stop };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
