import type { HttpResponse } from 'uWebSockets.js';
import type { ByteSource } from '../http/byte-stream.ts';
import type { PendingReply } from './pending-replies.ts';

const NOTHING = new Uint8Array();

/**
 * Hands a source's bytes to the client as fast as it takes them. Call it when the headers are written, in the same cork.
 * When the source breaks off, so does the connection: a client must not take a part for the whole. When the client goes
 * away the source is aborted. `close`: asked right before the last byte, whether nothing more is to be read from the connection
 * (`Connection: close` was said).
 */
export function streamReply(
  response: HttpResponse,
  owed: PendingReply,
  source: ByteSource,
  close: () => boolean,
): void {
  owed.onGone(() => source.abort());
  if (source.length === null) streamChunked(response, owed, source, close);
  else streamSized(response, owed, source, source.length, close);
}

function streamSized(
  response: HttpResponse,
  owed: PendingReply,
  source: ByteSource,
  length: number,
  close: () => boolean,
): void {
  let begun = false;
  /** What the client did not take yet, and at which byte of the body it starts. */
  let rest: Uint8Array | null = null;
  let restAt = 0;
  let received = 0;

  /** False when the client does not take it all now; what it left is for the caller to keep. */
  function hand(bytes: Uint8Array): boolean {
    begun = true;
    let taken = true;
    response.cork(() => {
      if (received >= length && close()) stopReading(response);
      const [ok, done] = response.tryEnd(bytes, length);
      if (done) owed.settle();
      taken = ok || done;
    });
    return taken;
  }

  response.onWritable((offset) => {
    if (rest === null) return true;
    rest = rest.subarray(offset - restAt);
    restAt = offset;
    if (!hand(rest)) return false;
    rest = null;
    if (!owed.settled) source.resume();
    return true;
  });
  source.open({
    write(chunk) {
      if (owed.settled) return;
      received += chunk.byteLength;
      if (received > length) return cut(response, owed, source);
      if (rest !== null) {
        // It was on its way when the source was paused.
        rest = Buffer.concat([rest, chunk]);
        return;
      }
      const from = received - chunk.byteLength;
      if (hand(chunk)) return;
      source.pause();
      restAt = response.getWriteOffset();
      rest = Buffer.from(chunk.subarray(restAt - from));
    },
    end() {
      if (received < length && !owed.settled) cut(response, owed, source);
    },
    fail: () => cut(response, owed, source),
  });
  // The headers, if no byte of the body was there.
  if (!begun && !owed.settled) hand(NOTHING);
}

function streamChunked(
  response: HttpResponse,
  owed: PendingReply,
  source: ByteSource,
  close: () => boolean,
): void {
  response.onWritable(() => {
    source.resume();
    return true;
  });
  source.open({
    write(chunk) {
      if (owed.settled || chunk.byteLength === 0) return;
      response.cork(() => {
        // uWebSockets.js keeps what the client does not take.
        if (!response.write(chunk)) source.pause();
      });
    },
    end() {
      if (owed.settled) return;
      response.cork(() => {
        if (close()) stopReading(response);
        owed.settle();
        response.end();
      });
    },
    fail: () => cut(response, owed, source),
  });
}

/**
 * uWebSockets.js cannot close after a body that it did not get in one piece (`end` with `close` writes a header into it). A
 * connection that is not read runs nothing more, and its idle timeout ends it within seconds.
 */
function stopReading(response: HttpResponse): void {
  response.pause();
}

function cut(response: HttpResponse, owed: PendingReply, source: ByteSource): void {
  source.abort();
  if (owed.settled) return;
  // It calls onAborted, and that settles.
  response.close();
}
