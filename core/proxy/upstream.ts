import type { ByteSource } from '../http/byte-stream.ts';
import { HttpError } from '../http/http-error.ts';
import { Connection } from './connection.ts';
import { Exchange } from './exchange.ts';
import type { Field } from './response-head.ts';
import type { Target } from './target.ts';

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, as they are to be sent; below the target's own path. */
  readonly path: string;
  /** Header lines, each `name: value` and CRLF; clean, without Host and without those that frame the body. */
  readonly lines: string;
  readonly body: ByteSource | Uint8Array | null;
  /** Tells when nobody waits for the answer any more. */
  readonly client: { onGone(callback: () => void): void };
}

export interface UpstreamAnswer {
  readonly status: number;
  /** As they came, those that frame the body included. */
  readonly fields: readonly Field[];
  /** All of it when it came at once. After HEAD it is a source without bytes whose length is what the answer named. */
  readonly body: ByteSource | Uint8Array;
}

/** ComfyUI's HTTP side, for requests that are passed on: streamed both ways, over connections that are kept. */
export interface Upstream {
  /**
   * Resolves with the head of the answer; its body comes as it is read, and fails when it breaks off.
   * Throws HttpError 503 when ComfyUI cannot be reached or too many wait already, 504 when it does not answer in time, 502
   * when it breaks off before its answer or answers what is not clean HTTP; and whatever the request's body failed with.
   */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Lets go of every connection. */
  close(): void;
}

export interface UpstreamOptions {
  /** How long ComfyUI may be silent while an answer is due. */
  readonly timeoutSeconds: number;
  readonly mostConnections?: number;
  readonly mostWaiting?: number;
}

/**
 * A kept connection may have been closed by the other side a moment ago. What must not be sent twice does not go over one
 * that was idle for longer than this.
 */
const FRESH_MS = 1000;

const BUSY = new HttpError(503, 'ComfyUI is busy: too many requests wait for it already', {
  headers: Object.freeze({ 'Retry-After': '3' }),
});
const STOPPING = new HttpError(503, 'Studio is stopping', {
  headers: Object.freeze({ 'Retry-After': '3' }),
});

export function createUpstream(target: Target, options: UpstreamOptions): Upstream {
  const { timeoutSeconds, mostConnections = 256, mostWaiting = 1024 } = options;
  const all = new Set<Connection>();
  /** The one that was used last is used next, so that those which are too many grow old. */
  const idle: Connection[] = [];
  const waiting: Exchange[] = [];
  let closed = false;

  const sweep = setInterval(() => {
    for (const connection of all) connection.tick(timeoutSeconds);
    for (const exchange of waiting) exchange.tick(timeoutSeconds);
  }, 1000);
  sweep.unref();

  function open(): Connection {
    const connection = new Connection(target, { onFree, onClose, onRetry: run });
    all.add(connection);
    return connection;
  }

  function onFree(connection: Connection): void {
    const next = nextWaiting();
    if (next !== undefined) connection.run(next);
    else idle.push(connection);
  }

  function onClose(connection: Connection): void {
    all.delete(connection);
    const index = idle.indexOf(connection);
    if (index !== -1) idle.splice(index, 1);
    const next = closed ? undefined : nextWaiting();
    if (next !== undefined) open().run(next);
  }

  function nextWaiting(): Exchange | undefined {
    for (;;) {
      const next = waiting.shift();
      if (next === undefined || !next.over) return next;
    }
  }

  function run(exchange: Exchange): void {
    if (closed) return exchange.fail(STOPPING);
    const kept = idle.pop();
    if (kept !== undefined) {
      if (exchange.repeatable || performance.now() - kept.idleSince < FRESH_MS) return kept.run(exchange);
      if (all.size < mostConnections) idle.push(kept);
      else kept.destroy();
    }
    if (all.size < mostConnections) return open().run(exchange);
    if (waiting.length >= mostWaiting) return exchange.fail(BUSY);
    waiting.push(exchange);
  }

  return {
    send(request) {
      const exchange = new Exchange(request);
      request.client.onGone(() => exchange.abort());
      run(exchange);
      return exchange.answer;
    },
    close() {
      closed = true;
      clearInterval(sweep);
      for (const exchange of waiting.splice(0)) exchange.fail(STOPPING);
      for (const connection of all) connection.destroy();
    },
  };
}
