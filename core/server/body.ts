import type { HttpResponse } from 'uWebSockets.js';

const NOTHING = new Uint8Array();

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
  // uWebSockets.js never calls onData for `Content-Length: 0` when the head came in more than one packet.
  if (declared !== '' && Number(declared) === 0) return done(NOTHING);
  // One piece of memory that grows: a body that comes byte by byte shall not cost an object for each.
  let body: Uint8Array = NOTHING;
  let size = 0;
  let over = false;
  response.onData((chunk, isLast) => {
    // Chunks go on arriving until the connection is closed.
    if (over) return;
    const end = size + chunk.byteLength;
    if (end > limit) {
      over = true;
      body = NOTHING;
      return done(null);
    }
    if (end > body.byteLength) body = grown(body, size, isLast ? end : Math.max(end, 2 * size));
    // The bytes are uWebSockets.js's own and gone when this returns.
    body.set(new Uint8Array(chunk), size);
    size = end;
    if (isLast) done(body.subarray(0, size));
  });
}

function grown(body: Uint8Array, size: number, capacity: number): Uint8Array {
  const larger = Buffer.allocUnsafe(capacity);
  larger.set(body.subarray(0, size));
  return larger;
}
