/**
 * Many viewers in one process: plain TCP sockets that ask for an upgrade and count what comes, which costs less than any client
 * library. Its parent tells it which (Order), and asks.
 */
import { connect, type Socket } from 'node:net';
import { hrtime } from 'node:process';

export interface Viewers {
  readonly count: number;
  readonly port: number;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Notes for each state of a run when it came, by its step. */
  readonly timed: boolean;
}

export type Order =
  | { readonly order: 'connect'; readonly viewers: Viewers }
  /** Answered with the bytes that came so far. */
  | { readonly order: 'count' }
  /** Answered with all arrivals so far, which are forgotten: [step, microseconds of the system's monotonic clock]. */
  | { readonly order: 'arrivals' };

export type Answer =
  | { readonly answer: 'connected' }
  | { readonly answer: 'count'; readonly bytes: number }
  | { readonly answer: 'arrivals'; readonly arrivals: readonly (readonly [number, number])[] };

/** An empty Pong, masked (RFC 6455, 5.5.3): nobody here reads Pings, so each viewer says by itself that it is there. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const PONG_EVERY_MS = 10_000;

let bytes = 0;
let arrivals: [number, number][] = [];
const STEP = Buffer.from('"step":');

process.on('message', async (order: Order) => {
  if (order.order === 'connect') {
    await Promise.all(Array.from({ length: order.viewers.count }, () => open(order.viewers)));
    answer({ answer: 'connected' });
  } else if (order.order === 'count') {
    answer({ answer: 'count', bytes });
  } else {
    answer({ answer: 'arrivals', arrivals });
    arrivals = [];
  }
});

function answer(message: Answer): void {
  process.send?.(message);
}

function open({ port, target, headers, timed }: Viewers): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${lines.join('')}\r\n`,
    );
    socket.once('data', (head: Buffer) => {
      if (!head.toString('latin1').startsWith('HTTP/1.1 101'))
        return reject(new Error(head.toString('latin1')));
      socket.on('data', timed ? note : count);
      setInterval(() => socket.write(PONG), PONG_EVERY_MS);
      resolve(socket);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      throw new Error('a viewer was closed');
    });
  });
}

function count(chunk: Buffer): void {
  bytes += chunk.length;
}

function note(chunk: Buffer): void {
  bytes += chunk.length;
  // A state is far smaller than a packet, so that it is hardly ever cut.
  for (let at = chunk.indexOf(STEP); at !== -1; at = chunk.indexOf(STEP, at + 1)) {
    const step = Number.parseInt(chunk.toString('latin1', at + STEP.length, at + STEP.length + 8), 10);
    arrivals.push([step, Number(hrtime.bigint() / 1000n)]);
  }
}
