import { createTally } from './tally.ts';

/** What viewers are sent. */
const KINDS = ['events', 'progress', 'previews'] as const;
type Kind = (typeof KINDS)[number];

/** What is not made up for: an event that a slow viewer was not sent is read from the log when it has caught up. */
const LOSSY = ['progress', 'previews'] as const;

/** The frames of the stream, one for each viewer that it went to, or would have gone to. */
export interface Frames {
  /** A frame of that topic was published to so many. */
  published(topic: string, subscribers: number): void;
  /** A viewer that reads too slowly gets nothing of that topic from now on. */
  letGo(topic: string): void;
  /** It gets it again, or has gone. */
  takenBack(topic: string): void;
  sent(): Iterable<readonly [Kind, number]>;
  dropped(): Iterable<readonly [Kind, number]>;
}

export function createFrames(): Frames {
  const sent = createTally(KINDS);
  const dropped = createTally(LOSSY);
  /** How many viewers go without each topic: at most as many entries as there are slow viewers' topics. */
  const without = new Map<string, number>();
  return {
    published(topic, subscribers) {
      const kind = kindOf(topic);
      if (subscribers > 0) sent.add(kind, subscribers);
      const missing = without.size === 0 ? 0 : (without.get(topic) ?? 0);
      if (missing > 0 && kind !== 'events') dropped.add(kind, missing);
    },
    letGo(topic) {
      without.set(topic, (without.get(topic) ?? 0) + 1);
    },
    takenBack(topic) {
      const left = (without.get(topic) ?? 0) - 1;
      if (left > 0) without.set(topic, left);
      else without.delete(topic);
    },
    sent: () => sent.entries(),
    dropped: () => dropped.entries(),
  };
}

/** See core/http/topics.ts; the rest of a topic may be a run's id, which goes no further. */
function kindOf(topic: string): Kind {
  if (topic.startsWith('previews')) return 'previews';
  return topic.startsWith('progress') ? 'progress' : 'events';
}
