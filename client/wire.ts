/** What Studio promises to send: its own types, so that the two ends of the wire cannot drift apart. */
export type { EventType, Severity, StudioEvent as SentEvent } from '../core/events/event-log.ts';
export type {
  NodeOutput,
  NodeTiming,
  OutputItem,
  Preview as SentPreview,
  Prompt,
  PromptId,
  RunError,
  RunProgress,
  RunStatus,
  Starter,
} from '../core/runs/run.ts';
