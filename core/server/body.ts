import type { HttpResponse } from 'uWebSockets.js';

/**
 * Collects a request's body and calls `done` once: with the bytes, or with null when there are more than `limit`.
 * It is not called when the client goes away. `declared` is the Content-Length, '' when there is none.
 */
export function receiveBody(
  response: HttpResponse,
  declared: string,
  limit: number,
  done: (body: Uint8Array | null) => void,
): void {
  if (Number(declared) > limit) return done(null);
  const chunks: Buffer[] = [];
  let size = 0;
  response.onData((chunk, isLast) => {
    size += chunk.byteLength;
    if (size > limit) {
      // Once: chunks go on arriving until the connection is closed.
      if (size - chunk.byteLength <= limit) done(null);
      return;
    }
    // The bytes are uWebSockets.js's own and gone when this returns.
    chunks.push(Buffer.from(Buffer.from(chunk)));
    if (isLast) done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
  });
}
