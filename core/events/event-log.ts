/** Every kind of event there is. Viewers switch on this, so a name once shipped stays. */
export type EventType =
  | 'system.backend.started'
  | 'system.updated'
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
  | 'manager.security_level.changed'
  | 'manager.refused'
  | 'update.output';

export type Severity = 'info' | 'success' | 'warning' | 'error';

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

/** The one record of what happened. Engines differ in where they keep it, never in what they promise. */
export interface EventLog {
  /** Gives the event its id and time, keeps it, and tells every subscriber before it returns. */
  append(event: NewEvent): StudioEvent;
  /** The events after `id`, oldest first, at most `limit` (default 1,000) of them: the newest ones. */
  since(id: number, limit?: number): readonly StudioEvent[];
  /** Calls `listener` for every later event until the returned function is called. */
  subscribe(listener: (event: StudioEvent) => void): () => void;
  close(): void;
}
