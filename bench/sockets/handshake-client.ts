/** Opens WebSockets and gives them up as soon as all is there, for a while. Its parent tells it which (Order). */
import { connect } from 'node:net';
import { endOfHead } from './handshake.ts';

export interface Order {
  readonly port: number;
  /** The bytes of the handshake, as latin1. */
  readonly handshake: string;
  /** How many bytes come: the 101, and what a socket is sent at once. Null: to find out. */
  readonly expected: number | null;
  readonly seconds: number;
}

/** `answer`: all that came on the one socket, as latin1, when that was to be found out. */
export type Answer = { readonly handshakes: number; readonly answer: string | null };

const AT_ONCE = 32;

/** Who has been silent for so long has said all. */
const SILENCE_MS = 300;

process.on('message', async (order: Order) => {
  if (order.expected === null) {
    process.send?.({ handshakes: 1, answer: await listen(order) });
    return;
  }
  const { expected } = order;
  const until = performance.now() + order.seconds * 1000;
  let handshakes = 0;
  const openSome = async (at: number): Promise<void> => {
    // Each from a loopback address of its own, or its ports would run out.
    const from = `127.0.1.${at + 1}`;
    while (performance.now() < until) {
      await openOne(order, from, expected);
      handshakes += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => openSome(at)));
  process.send?.({ handshakes, answer: null });
});

function openOne({ port, handshake }: Order, from: string, expected: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    socket.write(handshake, 'latin1');
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      if (bytes === 0 && !chunk.toString('latin1', 0, 12).startsWith('HTTP/1.1 101'))
        return reject(new Error(`no handshake: ${chunk.toString('latin1', 0, 200)}`));
      bytes += chunk.length;
      if (bytes < expected) return;
      // A reset: a port that was closed in order would stay taken for a minute.
      socket.resetAndDestroy();
      resolve();
    });
    socket.on('error', reject);
  });
}

/** All that comes on one socket until it falls silent. */
function listen({ port, handshake }: Order): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(handshake, 'latin1');
    let answer: Buffer = Buffer.alloc(0);
    const done = (): void => {
      socket.destroy();
      resolve(answer.toString('latin1'));
    };
    let timer = setTimeout(done, SILENCE_MS);
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      endOfHead(answer);
      clearTimeout(timer);
      timer = setTimeout(done, SILENCE_MS);
    });
    socket.on('error', reject);
  });
}
