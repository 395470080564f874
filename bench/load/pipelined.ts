import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { cpuMicroseconds } from '../process.ts';

export interface Pipelined {
  /**
   * Sends all of the requests, in this order, some of them at a time, and waits for the answers, each of which must be as long as
   * the first that ever came, and must have `status`.
   */
  send(requests: Iterable<Buffer>): Promise<void>;
  close(): void;
}

/** So many requests are under way at a time, in one packet. */
const AT_ONCE = 64;

/** How long the server may take for one packet, in ms. */
const PATIENCE_MS = 10_000;

/**
 * One connection for requests that differ from each other: what autocannon would make anew for each is made before, so that the
 * client costs little. Answers are counted by their length, which is why they may not differ.
 */
export async function openPipelined(port: number, status: number): Promise<Pipelined> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  let length: number | null = null;

  async function exchange(requests: readonly Buffer[]): Promise<void> {
    if (length === null) {
      const [first, ...others] = requests;
      if (first === undefined) return;
      length = await lengthOfAnswer(socket, first, status);
      return exchange(others);
    }
    if (requests.length > 0) await answered(socket, requests, length * requests.length, status);
  }

  return {
    async send(requests) {
      let packet: Buffer[] = [];
      for (const request of requests) {
        packet.push(request);
        if (packet.length < AT_ONCE) continue;
        await exchange(packet);
        packet = [];
      }
      await exchange(packet);
    },
    close: () => socket.destroy(),
  };
}

/** Sends one request alone: its answer is there when nothing more comes. */
async function lengthOfAnswer(socket: Socket, request: Buffer, status: number): Promise<number> {
  socket.write(request);
  let answer = '';
  let length = Number.NaN;
  while (Number.isNaN(length) || answer.length < length) {
    const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
    answer += chunk.toString('latin1');
    const body = answer.indexOf('\r\n\r\n') + 4;
    const [, declared] = /\r\ncontent-length: (\d+)\r\n/i.exec(answer) ?? [];
    if (body >= 4) length = body + Number(declared ?? 0);
  }
  if (!answer.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`not ${status}: ${answer.slice(0, 300)}`);
  return length;
}

function answered(socket: Socket, requests: readonly Buffer[], bytes: number, status: number): Promise<void> {
  const line = `HTTP/1.1 ${status} `;
  return new Promise((resolve, reject) => {
    let received = 0;
    const timer = setTimeout(() => end(new Error(`${received} of ${bytes} bytes came`)), PATIENCE_MS);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.off('data', read);
      socket.off('close', closed);
      if (error === undefined) resolve();
      else reject(error);
    };
    const closed = (): void => end(new Error('the connection was closed'));
    const read = (chunk: Buffer): void => {
      if (received === 0 && !chunk.toString('latin1', 0, line.length).startsWith(line))
        end(new Error(`not ${status}: ${chunk.toString('latin1', 0, 300)}`));
      received += chunk.length;
      if (received === bytes) end();
      else if (received > bytes) end(new Error('the answers are longer than the first was'));
    };
    socket.on('data', read);
    socket.on('close', closed);
    socket.write(Buffer.concat(requests));
  });
}

/** What the requests cost the process `pid` that answers them: CPU microseconds each. */
export async function costEach(
  pid: number,
  connection: Pipelined,
  requests: readonly Buffer[],
): Promise<number> {
  const before = cpuMicroseconds(pid);
  await connection.send(requests);
  return (cpuMicroseconds(pid) - before) / requests.length;
}
