import type { EventLog } from './events/event-log.ts';
import { progressFrame, taggedPreview } from './frames.ts';
import { TOPICS, topicsOfEvent, topicsOfRun } from './http/topics.ts';
import { createFrames, type Frames } from './metrics/frames.ts';
import type { Runs } from './runs/runs.ts';

type Message = string | Uint8Array;

/** Where messages are published, for all who subscribed to a topic. */
export interface Channel {
  subscribers(topic: string): number;
  /** To all of these topics, before anything else can happen. */
  publish(topics: readonly string[], message: Message): void;
}

/**
 * In bytes. Some nodes send whole pictures the way that previews go; larger ones than this are left out of the stream, for
 * one of them may wait in the memory of each viewer. `preview_seq` counts them all the same.
 */
export const LARGEST_PREVIEW = 4 * 1024 * 1024;

/**
 * Publishes all that happens, once per topic and for all its viewers, until the returned function is called.
 * A message is made once, and only when somebody has subscribed.
 */
export function broadcast(
  runs: Runs,
  events: EventLog,
  channel: Channel,
  frames: Pick<Frames, 'published'> = createFrames(),
): () => void {
  function publish(topics: readonly string[], make: () => Message): void {
    const wanted = topics.filter((topic) => {
      const subscribers = channel.subscribers(topic);
      frames.published(topic, subscribers);
      return subscribers > 0;
    });
    if (wanted.length > 0) channel.publish(wanted, make());
  }

  const stopEvents = events.subscribe((event) => publish(topicsOfEvent(event), () => JSON.stringify(event)));
  const stopRuns = runs.watch({
    progress(run) {
      publish([TOPICS.progress, topicsOfRun(run.prompt_id).progress], () => progressFrame(run));
    },
    preview(preview) {
      if (preview.image.byteLength > LARGEST_PREVIEW) return;
      const { rawPreviews, taggedPreviews } = topicsOfRun(preview.prompt_id);
      publish([TOPICS.rawPreviews, rawPreviews], () => preview.image);
      publish([TOPICS.taggedPreviews, taggedPreviews], () => taggedPreview(preview));
    },
  });
  return () => {
    stopEvents();
    stopRuns();
  };
}
