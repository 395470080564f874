import type { Socket } from '../../core/http/route.ts';

/** In characters. A part is sent in few packets, and the next when little of it waits. */
const PART = 32 * 1024;

/**
 * Sends any number of messages to one socket without filling its buffer, and takes each only when its turn comes.
 * Resolves to false when the socket has closed.
 */
export async function sendInParts(socket: Socket, messages: Iterable<string>): Promise<boolean> {
  let part: string[] = [];
  let size = 0;
  for (const message of messages) {
    part.push(message);
    size += message.length;
    if (size < PART) continue;
    socket.send(...part);
    part = [];
    size = 0;
    if (!(await socket.drained())) return false;
  }
  if (part.length > 0) socket.send(...part);
  return true;
}
