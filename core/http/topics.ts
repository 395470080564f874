/** What sockets subscribe to and core/broadcast.ts publishes. */
export const TOPICS = {
  /** JSON of every event. */
  events: 'events',
  /** JSON of every run's progress. */
  progress: 'progress',
  /** The bytes of every preview image. */
  previews: 'previews',
} as const;
