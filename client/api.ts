/** What the package exports besides `connect`, in Node as in a browser. */

export type {
  CallOptions,
  History,
  HistoryQuery,
  ListedRun,
  Queue,
  Session,
  StartedRun,
  StartOptions,
} from './calls.ts';
export type { ConnectOptions } from './client.ts';
export { StudioError } from './error.ts';
export { isOver, type RunMessage } from './follow-run.ts';
export type { Link } from './link.ts';
export type { Message, Preview, StudioEvent } from './message.ts';
export type { Run } from './run.ts';
export type { Listener } from './stream.ts';
export type { Studio } from './studio.ts';
export type {
  NodeOutput,
  OutputItem,
  Prompt,
  PromptId,
  RunError,
  RunProgress,
  RunStatus,
} from './wire.ts';
