import type { EventLog } from './events/event-log.ts';
import { TOPICS } from './http/topics.ts';
import type { Runs } from './runs/runs.ts';

/**
 * Publishes all that happens, once for all viewers, until the returned function is called.
 * What a viewer is sent does not depend on how many there are: the JSON is written once.
 */
export function broadcast(
  runs: Runs,
  events: EventLog,
  publish: (topic: string, message: string | Uint8Array) => void,
): () => void {
  const stopEvents = events.subscribe((event) => publish(TOPICS.events, JSON.stringify(event)));
  const stopRuns = runs.watch({
    progress: (run) => publish(TOPICS.progress, JSON.stringify(run)),
    preview: (preview) => publish(TOPICS.previews, preview.image),
  });
  return () => {
    stopEvents();
    stopRuns();
  };
}
