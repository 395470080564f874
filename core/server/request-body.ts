import type { HttpResponse } from 'uWebSockets.js';
import type { ByteSink, ByteSource } from '../http/byte-stream.ts';
import { HttpError } from '../http/http-error.ts';
import type { PendingReply } from './pending-replies.ts';

/** A body that a handler reads as it comes. What the reader does not take stays with the client, but for one packet. */
export interface RequestBody extends ByteSource {
  /** All of it has come. */
  readonly complete: boolean;
}

interface BodyOptions {
  /** The Content-Length; null for a chunked body. */
  readonly length: number | null;
  /** In bytes. Of more than that the reader is told as of an HttpError 413. */
  readonly limit: number;
}

/** Call it in the request's own callback: uWebSockets.js has the first of the body at hand, and hands it over right after. */
export function streamRequestBody(
  response: HttpResponse,
  owed: PendingReply,
  { length, limit }: BodyOptions,
): RequestBody {
  /** What came before somebody opened; at most the rest of the head's packet, since nothing more is read then. */
  let early: Uint8Array[] = [];
  let sink: ByteSink | null = null;
  let size = 0;
  let complete = false;
  /** Nothing more is told. */
  let over = false;
  let failure: Error | null = null;
  let paused = false;

  function setPaused(value: boolean): void {
    if (paused === value || owed.settled) return;
    paused = value;
    if (value) response.pause();
    else response.resume();
  }

  function fail(reason: Error): void {
    if (over) return;
    over = true;
    early = [];
    failure = reason;
    sink?.fail(reason);
  }

  function finish(): void {
    complete = true;
    if (over || sink === null) return;
    over = true;
    sink.end();
  }

  response.onData((chunk, isLast) => {
    size += chunk.byteLength;
    if (size > limit) return fail(new HttpError(413, `The body is larger than ${limit} bytes`));
    if (!over && chunk.byteLength > 0) {
      if (sink !== null) sink.write(new Uint8Array(chunk));
      else {
        early.push(new Uint8Array(chunk.slice(0)));
        if (!isLast) setPaused(true);
      }
    }
    if (!isLast) return;
    // What was on its way came all the same. The next request of this connection is to be read, once this one is answered.
    setPaused(false);
    if (length !== null) return finish();
    // uWebSockets.js judges the end of a chunked body after this call. What is not well framed, or has something hidden
    // behind it, loses its connection then, and its end is never told.
    setImmediate(() => {
      if (!owed.gone) finish();
    });
  });
  owed.onGone(() => fail(new Error('The client went away')));

  return {
    length,
    get complete() {
      return complete;
    },
    open(reader) {
      sink = reader;
      if (failure !== null) return reader.fail(failure);
      setPaused(false);
      for (const chunk of early) reader.write(chunk);
      early = [];
      if (complete) finish();
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    abort() {
      over = true;
      early = [];
      // What still comes is read and thrown away: as long as it is due, nothing else can come on this connection.
      setPaused(false);
    },
  };
}
