/** Every kind of event there is. Viewers switch on this, so a name once shipped stays. */
export type EventType =
  | 'system.backend.started'
  | 'system.updated'
  | 'system.update.failed'
  | 'system.restart.failed'
  | 'certificate.changed'
  | 'certificate.refused'
  | 'maintenance.entered'
  | 'maintenance.left'
  | 'comfyui.connected'
  | 'comfyui.disconnected'
  | 'job.queued'
  | 'job.started'
  | 'job.completed'
  | 'job.failed'
  | 'job.cancelled'
  | 'job.stalled'
  | 'auth.login'
  | 'auth.failed'
  | 'auth.throttled'
  | 'auth.sessions.rotated'
  | 'auth.key.changed'
  | 'admin.confirmed'
  | 'manager.security_level.changed'
  | 'manager.refused'
  | 'update.output';

export const SEVERITIES = ['info', 'success', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What happened, as it is told to viewers. `data` is JSON and never holds a key, a cookie or a token. */
export interface NewEvent {
  readonly type: EventType;
  readonly severity: Severity;
  /** One sentence for a person. */
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface StudioEvent extends Required<NewEvent> {
  /** Grows by at least one with every event of a log; `since(id)` resumes after it. */
  readonly id: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
}

/** Which events are asked for; each condition that is given must hold. */
export interface EventQuery {
  /** Only those after this id. */
  readonly since?: number | undefined;
  /** Only those before this id. */
  readonly before?: number | undefined;
  /** `auth.*` is every type that begins with `auth.`. */
  readonly types?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
  /** Only those of the audit: who came in, who tried to, and what was done with the key. */
  readonly audit?: boolean | undefined;
  /** Only those that this client address brought about. */
  readonly ip?: string | undefined;
  /** How many at the most; default 100. */
  readonly limit?: number | undefined;
}

/** The one record of what happened. Engines differ in where they keep it, never in what they promise. */
export interface EventLog {
  /** The id of the newest event that subscribers were told of, or 0. */
  readonly lastId: number;
  /**
   * Gives the event its id and time, keeps it, and then tells every subscriber, in the order of ids.
   * One that cannot be kept, for want of room, is told all the same.
   */
  append(event: NewEvent): void;
  /** The events after `id`, oldest first: the first `limit` (default 1,000) of them. */
  since(id: number, limit?: number): Promise<readonly StudioEvent[]>;
  /** The latest events that fit the query, newest first. */
  latest(query?: EventQuery): Promise<readonly StudioEvent[]>;
  /** Calls `listener` for every later event until the returned function is called. */
  subscribe(listener: (event: StudioEvent) => void): () => void;
  /** Lets go of the subscribers. */
  close(): void;
}
