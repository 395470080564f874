/** What the package exports besides `connect`, in Node as in a browser. */

export type { CallOptions, ListedRun, StartedRun } from './answers.ts';
export type { Queue, Session, StartOptions } from './calls.ts';
export type { ConnectOptions } from './client.ts';
export { StudioError } from './error.ts';
export {
  type FileOptions,
  type OutputChoice,
  resultPath,
  type StoredFile,
  type UploadedImage,
  type UploadOptions,
  viewPath,
} from './file-calls.ts';
export { isOver, type RunMessage } from './follow-run.ts';
export type { History, HistoryEntry, HistoryQuery, RetryOptions } from './history-calls.ts';
export type { Link } from './link.ts';
export type { Message, Preview, StudioEvent } from './message.ts';
export type { Run } from './run.ts';
export type { Listener } from './stream.ts';
export type { Studio } from './studio.ts';
export type {
  NodeOutput,
  NodeTiming,
  OutputItem,
  Prompt,
  PromptId,
  RunError,
  RunProgress,
  RunStatus,
} from './wire.ts';
