import { type ChildProcess, spawn } from 'node:child_process';
import { FromSuccessor, type ToSuccessor } from './messages.ts';

type Message<T extends FromSuccessor['type']> = Extract<FromSuccessor, { type: T }>;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Studio in a process of its own, as its parent sees it. */
export interface SuccessorProcess {
  tell(message: ToSuccessor): void;
  /** Resolves to the next message of the type. Rejects when it ends before that, or has not said it after `patienceMs`. */
  says<T extends FromSuccessor['type']>(type: T, patienceMs: number): Promise<Message<T>>;
  /** Calls `listener` each time it asks to be replaced. */
  onRestart(listener: () => void): void;
  readonly ended: Promise<ProcessEnd>;
  kill(signal: NodeJS.Signals): void;
}

/** By this the child knows what it is. */
export const SUCCESSOR = 'STUDIO_SUCCESSOR';

/** Starts what this process was started as, from the files as they are now. */
export function spawnSuccessor(env: Readonly<Record<string, string | undefined>>): SuccessorProcess {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...env, [SUCCESSOR]: '1' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A terminal's Ctrl-C goes to its whole group: it is this process that passes signals on, once.
    detached: true,
  });
  return successorProcess(child);
}

export function successorProcess(child: ChildProcess): SuccessorProcess {
  const listeners = new Set<(message: FromSuccessor) => void>();
  child.on('message', (raw) => {
    const message = FromSuccessor.safeParse(raw);
    // What a newer build may say beyond this is not for us.
    if (message.success) for (const listener of listeners) listener(message.data);
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', () => {
      if (child.pid === undefined) resolve({ code: 1, signal: null });
    });
  });

  return {
    ended,
    // One that is gone already is known by its end.
    tell: (message) => void (child.connected && child.send(message, () => {})),
    says(type, patienceMs) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          done();
          reject(new Error(`it was not ready after ${patienceMs / 1000} seconds`));
        }, patienceMs);
        function listen(message: FromSuccessor): void {
          if (!isOf(message, type)) return;
          done();
          resolve(message);
        }
        function done(): void {
          clearTimeout(timer);
          listeners.delete(listen);
        }
        listeners.add(listen);
        void ended.then(({ code, signal }) => {
          done();
          reject(new Error(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`));
        });
      });
    },
    onRestart(listener) {
      listeners.add(({ type }) => {
        if (type === 'restart') listener();
      });
    },
    kill: (signal) => void child.kill(signal),
  };
}

function isOf<T extends FromSuccessor['type']>(message: FromSuccessor, type: T): message is Message<T> {
  return message.type === type;
}
