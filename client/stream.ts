import type { Check } from './calls.ts';
import { keepConnected } from './connection.ts';
import { createEventFilter } from './event-filter.ts';
import { parseFrame } from './frames.ts';
import type { Link } from './link.ts';
import type { Message } from './message.ts';
import { parsePreviewFrame } from './preview-frame.ts';
import type { Timing } from './retry.ts';
import type { Dial } from './socket.ts';

export type Listener = (message: Message) => void;

/** The one WebSocket of a client, open while somebody listens. */
export interface Stream {
  /**
   * Calls the listener for how the link is, at once, and for every progress, event and preview from now on, until the returned
   * function is called. Each event comes once, whatever happens to the connection. After `logged-out` nothing comes until
   * somebody listens anew.
   */
  listen(listener: Listener): () => void;
  /** For good: nobody hears anything any more. */
  close(): void;
}

export interface StreamOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dial: Dial;
  askStatus(check: Check): Promise<number>;
  readonly previews: 'off' | 'raw' | 'tagged';
  readonly promptId?: string | undefined;
  readonly since?: number | undefined;
  readonly timing: Timing;
}

export function createStream(options: StreamOptions): Stream {
  const { dial, headers, askStatus, previews, timing } = options;
  const listeners = new Set<{ readonly hear: Listener }>();
  const events = createEventFilter(options.since);
  let link: Link = { state: 'connecting' };
  let disconnect: (() => void) | null = null;
  let closed = false;

  function connect(): void {
    link = { state: 'connecting' };
    disconnect = keepConnected({
      dial: (heard) => dial(streamUrl(options, events.newest), headers, heard),
      askStatus,
      onLink(next) {
        if (next.state === 'connecting' && link.state === 'connecting') return;
        link = next;
        if (next.state === 'logged-out') disconnect = null;
        tell({ type: 'link', link: next });
      },
      onFrame(data) {
        const message = read(data);
        if (message !== null) tell(message);
      },
      timing,
    });
  }

  function read(data: unknown): Message | null {
    if (typeof data === 'string') {
      const message = parseFrame(data);
      return message?.type === 'event' && !events.isNews(message.event) ? null : message;
    }
    if (!(data instanceof ArrayBuffer) || previews === 'off') return null;
    const preview = parsePreviewFrame(data);
    return preview && { type: 'preview', preview };
  }

  function tell(message: Message): void {
    for (const { hear } of [...listeners]) {
      try {
        hear(message);
      } catch (error) {
        // A listener's mistake is its own: the others hear the message all the same.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  function leave(): void {
    disconnect?.();
    disconnect = null;
  }

  return {
    listen(hear) {
      if (closed) return () => {};
      const listener = { hear };
      listeners.add(listener);
      if (disconnect === null) connect();
      hear({ type: 'link', link });
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) leave();
      };
    },
    close() {
      closed = true;
      listeners.clear();
      leave();
    },
  };
}

function streamUrl(
  { baseUrl, previews, promptId }: Pick<StreamOptions, 'baseUrl' | 'previews' | 'promptId'>,
  since: number | null,
): string {
  const url = new URL(`${baseUrl}/api/run/ws`);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('previews', previews);
  if (promptId !== undefined) url.searchParams.set('prompt_id', promptId);
  if (since !== null) url.searchParams.set('since', String(since));
  return url.href;
}
