import type { Upstream } from '../proxy/upstream.ts';
import { Durations } from './durations.ts';

type Outcome = 'answered' | 'failed';

/** How long ComfyUI takes until its answer begins. */
export interface UpstreamTimes {
  /** Of requests that are passed on. `failed`: no answer came, or none that could be understood. */
  entries(): Iterable<readonly [Outcome, Durations]>;
  /** How long it took last for a question of Studio's own, in seconds; null: it did not answer the last one, or was never asked. */
  readonly latestAnswer: number | null;
  timed(upstream: Upstream): Upstream;
  /** The same question, and how long its answer takes is noted. */
  asked<T>(question: () => Promise<T>): () => Promise<T>;
}

export function createUpstreamTimes(): UpstreamTimes {
  const times = new Map<Outcome, Durations>([
    ['answered', new Durations()],
    ['failed', new Durations()],
  ]);
  let latestAnswer: number | null = null;

  return {
    entries: () => times.entries(),
    get latestAnswer() {
      return latestAnswer;
    },
    timed: (upstream) => ({
      ...upstream,
      send(request) {
        const begin = performance.now();
        const note = (outcome: Outcome) => () => times.get(outcome)?.observe(secondsSince(begin));
        const answer = upstream.send(request);
        // Beside the answer's way, not in it: it gets to its reader as soon as before.
        answer.then(note('answered'), note('failed'));
        return answer;
      },
    }),
    asked: (question) => async () => {
      const begin = performance.now();
      try {
        const answer = await question();
        latestAnswer = secondsSince(begin);
        return answer;
      } catch (error) {
        latestAnswer = null;
        throw error;
      }
    },
  };
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
