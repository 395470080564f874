import { connect } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** By lower-case name; several of one name are joined by a line break. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawExchange {
  readonly replies: readonly RawReply[];
  /** The server closed the connection by itself. */
  readonly closed: boolean;
}

/** How long to wait for more after the last byte, when the server keeps the connection open. */
const QUIET_MS = 150;

/**
 * Sends bytes as they are over one TCP connection and collects all that comes back, until the server closes it or has been
 * quiet for a while. Several parts are sent as several packets. `head` says that the replies have no bodies.
 */
export function sendRaw(
  port: number,
  parts: string | Buffer | readonly (string | Buffer)[],
  head = false,
): Promise<RawExchange> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const received: Buffer[] = [];
    let quiet: NodeJS.Timeout | undefined;
    const settle = (closed: boolean) => {
      clearTimeout(quiet);
      socket.destroy();
      resolve({ replies: parseReplies(Buffer.concat(received), head), closed });
    };
    const restart = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => settle(false), QUIET_MS);
    };
    socket.setNoDelay(true);
    socket.on('connect', async () => {
      for (const part of typeof parts === 'string' || Buffer.isBuffer(parts) ? [parts] : parts) {
        socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
        await new Promise((sent) => setImmediate(sent));
      }
      restart();
    });
    socket.on('data', (chunk) => {
      received.push(chunk);
      restart();
    });
    socket.on('close', () => settle(true));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') settle(true);
      else reject(error);
    });
  });
}

function parseReplies(bytes: Buffer, head: boolean): RawReply[] {
  const replies: RawReply[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) break;
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value);
    }
    const length = head ? 0 : Number(headers.get('content-length') ?? rest.length - end - 4);
    const start = end + 4;
    const status = Number(statusLine.split(' ')[1]);
    replies.push({ status, headers, body: rest.subarray(start, start + length).toString('utf8') });
    rest = rest.subarray(start + length);
  }
  return replies;
}
