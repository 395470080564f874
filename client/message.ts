import type { Link } from './link.ts';
import type { EventType, PromptId, RunProgress, SentEvent, SentPreview } from './wire.ts';

/** What happened. Its type can be one that this client has not heard of: Studio may be newer. */
export type StudioEvent = Omit<SentEvent, 'type'> & { readonly type: EventType | (string & {}) };

/** A preview image. What an untagged frame does not tell (`previews: 'raw'`) is null. */
export interface Preview {
  readonly prompt_id: PromptId | null;
  readonly node_id: string | null;
  readonly mime: SentPreview['mime'];
  /** Counts up from 1 within a run. */
  readonly seq: number | null;
  readonly image: Uint8Array<ArrayBuffer>;
}

export interface ProgressMessage {
  readonly type: 'progress';
  readonly run: RunProgress;
}

export interface EventMessage {
  readonly type: 'event';
  readonly event: StudioEvent;
}

export interface PreviewMessage {
  readonly type: 'preview';
  readonly preview: Preview;
}

export interface LinkMessage {
  readonly type: 'link';
  readonly link: Link;
}

/** All that comes from the stream, and how the stream itself is. */
export type Message = ProgressMessage | EventMessage | PreviewMessage | LinkMessage;
