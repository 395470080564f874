import { useEffect, useState } from 'preact/hooks';
import { StudioError } from '../client/error.ts';
import type { PromptId, RunProgress } from '../client/wire.ts';
import { studio } from './studio.ts';

/** The ids of the runs that wait, in the order in which they are going to run: asked for whenever the stream tells of a change. */
export function useQueueOrder(runs: readonly RunProgress[], isConnected: boolean): readonly PromptId[] {
  const [order, setOrder] = useState<readonly PromptId[]>([]);
  const waiting = runs.filter(({ status }) => status === 'queued').map(({ prompt_id }) => prompt_id);
  const change = waiting.join('\n');
  // With one there is no order to ask for.
  const isWorthAsking = isConnected && waiting.length > 1;

  // `change` is what it asks again for.
  useEffect(() => {
    if (!isWorthAsking) return;
    const controller = new AbortController();
    studio.queue({ signal: controller.signal }).then(
      ({ pending }) => setOrder(pending.map(({ prompt_id }) => prompt_id)),
      (error) => {
        // Without an answer the order of arrival stands; the stream tells what is wrong with the connection.
        if (!controller.signal.aborted && !(error instanceof StudioError)) throw error;
      },
    );
    return () => controller.abort();
  }, [change, isWorthAsking]);

  return order;
}
