import { connect, type Socket } from 'node:net';
import type { Answers } from './autocannon.ts';
import type { Load } from './load.ts';

/** How long a server may take over what is still open when the time is over. */
const LAST_ANSWERS_MS = 20_000;

/**
 * Drives a server with bursts: as many requests in one packet as answers came in the last. It counts status lines and reads
 * nothing else, so that it costs less than the server: autocannon's own core is full at a third of what raw uWebSockets.js can
 * do. Every request is answered in the end, so that none is paid for and not counted. Throws when a connection ends or another
 * status comes.
 */
export async function driveInBursts(port: number, load: Load, seconds: number): Promise<Answers> {
  const request = requestBytes(port, load);
  const burst = Buffer.concat(Array.from({ length: load.pipelining }, () => request));
  const startedAt = performance.now();
  const sockets: Socket[] = [];
  let open = load.connections * load.pipelining;
  let count = 0;
  let isOver = false;
  await new Promise<void>((resolve, reject) => {
    for (let at = 0; at < load.connections; at += 1) {
      const countAnswers = answerCounter(load.status);
      const socket = connect(port, '127.0.0.1', () => socket.write(burst));
      socket.on('data', (chunk) => {
        const answers = countAnswers(chunk);
        if (answers === null) return reject(new Error(`${load.path}: not ${load.status}, but ${chunk}`));
        count += answers;
        if (!isOver && answers > 0) socket.write(burst.subarray(0, answers * request.length));
        else if (isOver) open -= answers;
        if (open === 0) resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`${load.path}: the server closed a connection`)));
      sockets.push(socket);
    }
    setTimeout(() => {
      isOver = true;
      setTimeout(
        () => reject(new Error(`${load.path}: ${open} answers are missing`)),
        LAST_ANSWERS_MS,
      ).unref();
    }, seconds * 1000);
  });
  const took = (performance.now() - startedAt) / 1000;
  for (const socket of sockets) socket.destroy();
  return { count, seconds: took };
}

/** Counts the answers with this status that begin in each chunk, cut anywhere; null when one with another status begins. */
export function answerCounter(status: number): (chunk: Buffer) => number | null {
  const any = Buffer.from('HTTP/1.1 ');
  const wanted = `${status}`;
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let count = 0;
    let at = bytes.indexOf(any);
    for (; at !== -1 && at + 12 <= bytes.length; at = bytes.indexOf(any, at + 12)) {
      if (bytes.toString('latin1', at + 9, at + 12) !== wanted) return null;
      count += 1;
    }
    // A status line that is not whole yet, or the beginning of one, is looked at again together with what follows.
    rest = at === -1 ? bytes.subarray(beginningAt(bytes, any)) : bytes.subarray(at);
    return count;
  };
}

/** Where the longest end of `bytes` begins that is a beginning of `word`. */
function beginningAt(bytes: Buffer, word: Buffer): number {
  for (let length = Math.min(word.length - 1, bytes.length); length > 0; length -= 1) {
    const at = bytes.length - length;
    if (bytes.subarray(at).equals(word.subarray(0, length))) return at;
  }
  return bytes.length;
}

/** The bytes that autocannon sends for it too. */
function requestBytes(port: number, { method = 'GET', path, headers, body }: Load): Buffer {
  const content = Buffer.from(body ?? '');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === undefined ? '' : `Content-Length: ${content.length}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n${lines.join('')}${length}\r\n`;
  return Buffer.concat([Buffer.from(head), content]);
}
