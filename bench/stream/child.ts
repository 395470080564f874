import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench that is told and asked things, one at a time. */
export interface Child<Order, Answer> {
  readonly pid: number;
  ask(order: Order): Promise<Answer>;
  /** The next thing that it says by itself. */
  next(): Promise<Answer>;
  stop(): Promise<void>;
}

export function startChild<Order extends object, Answer>(
  path: string,
  env: Readonly<Record<string, string>> = {},
): Child<Order, Answer> {
  const child: ChildProcess = fork(path, {
    execArgv: ['--import=tsx'],
    env: { ...process.env, ...env },
  });
  const next = async (): Promise<Answer> => {
    const ended = new AbortController();
    const exit = once(child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error(`${path} ended`);
    });
    exit.catch(() => {});
    try {
      const [answer] = await Promise.race([once(child, 'message'), exit]);
      return answer;
    } finally {
      ended.abort();
    }
  };
  return {
    pid: child.pid ?? 0,
    next,
    ask(order) {
      const answer = next();
      child.send(order);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
