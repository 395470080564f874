/** Many WebSockets of one process that are opened and then left alone. Its parent tells it which (Order). */
import { connect, type Socket } from 'node:net';
import { endOfHead } from './handshake.ts';

export interface Order {
  readonly count: number;
  readonly port: number;
  /** The loopback address to come from: each has ports of its own. */
  readonly from: string;
  /** The bytes of the handshake, as latin1. */
  readonly handshake: string;
}

export type Answer = { readonly open: number };

/** So many handshakes are under way at a time: more would not fit into the listener's backlog. */
const AT_ONCE = 16;

/** An empty Pong, masked (RFC 6455, 5.5.3): nobody here reads Pings, so each says by itself that it is there. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const PONG_EVERY_MS = 15_000;

const sockets: Socket[] = [];

process.on('message', async (order: Order) => {
  let left = order.count;
  const openSome = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      sockets.push(await open(order));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openSome));
  process.send?.({ open: sockets.length });
});

setInterval(() => {
  for (const socket of sockets) socket.write(PONG);
}, PONG_EVERY_MS);

function open({ port, from, handshake }: Order): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    socket.write(handshake, 'latin1');
    let answer: Buffer = Buffer.alloc(0);
    socket.on('data', function read(chunk: Buffer) {
      answer = Buffer.concat([answer, chunk]);
      try {
        if (endOfHead(answer) === -1) return;
      } catch (error) {
        return reject(error);
      }
      // What else comes is read, and of no interest.
      socket.off('data', read);
      socket.resume();
      resolve(socket);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      throw new Error(
        `an idle socket was closed, of ${sockets.length} from ${from}: ${answer.toString('latin1').slice(-120)}`,
      );
    });
  });
}
