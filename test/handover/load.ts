import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';

export interface Load {
  /** Lets every client finish the request that it is at. */
  stop(): Promise<LoadResult>;
  /** Resolves after that many more answers. */
  answers(count: number): Promise<void>;
}

export interface LoadResult {
  readonly answered: number;
  /** Each request that got no whole answer, or not 200. */
  readonly failures: readonly string[];
}

/**
 * So many clients that ask without a pause, each over a connection that it keeps for as long as the server does. Nothing is tried
 * twice.
 */
export function holdLoad(url: string, headers: Record<string, string>, clients: number): Load {
  const options = { keepAlive: true, maxSockets: clients };
  const agent = url.startsWith('https:')
    ? new SecureAgent({ ...options, rejectUnauthorized: false })
    : new Agent(options);
  const failures: string[] = [];
  let answered = 0;
  let stopped = false;
  const waiting = new Set<() => void>();

  async function client(): Promise<void> {
    while (!stopped) {
      try {
        const status = await ask(agent, url, headers);
        if (status !== 200) failures.push(`answered ${status}`);
      } catch (error) {
        failures.push(String(error));
      }
      answered += 1;
      for (const look of waiting) look();
    }
  }

  const all = Array.from({ length: clients }, client);
  return {
    async stop() {
      stopped = true;
      await Promise.all(all);
      agent.destroy();
      return { answered, failures };
    },
    answers(count) {
      const goal = answered + count;
      return new Promise((resolve) => {
        const look = (): void => {
          if (answered < goal) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
  };
}

function ask(agent: Agent, url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secureRequest : request;
    const sent = send(url, { agent, headers }, (answer) => {
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    });
    sent.on('error', reject);
    sent.end();
  });
}
