import { connect } from 'node:net';

export interface WireReply {
  readonly status: number;
  /** By lower-case name; several of one name are joined by a line break. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Conversation {
  readonly replies: readonly WireReply[];
  /** The server ended the connection by itself. */
  readonly closed: boolean;
  /** What was asked last on the same connection was answered as if nothing had come before. */
  readonly inStep: boolean;
  /** All that came back, as it came. */
  readonly text: string;
}

/** Nothing here takes longer; a server that is still silent then is stuck. */
const DEADLINE_MS = 25_000;

const SENTINEL = 'GET /api/health HTTP/1.1\r\nHost: sentinel\r\n\r\n';

export interface TalkOptions {
  /** How many replies to wait for before the sentinel is sent; null: wait until the server closes. */
  readonly replies: number | null;
  /**
   * With null: how many replies are the last. The sentinel is sent after them as well; that it goes unanswered shows that
   * the server did close then, and not when its patience was over.
   */
  readonly last?: number;
  /** The replies are to HEAD. */
  readonly head?: boolean;
}

/**
 * Sends bytes over one TCP connection, each part as a packet of its own, and tells what became of it. When the connection
 * stays open, one plain request is sent after all others: what was sent left the connection in step only if that request,
 * and nothing else, is answered next.
 */
export function talk(port: number, parts: readonly Buffer[], options: TalkOptions): Promise<Conversation> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const received: Buffer[] = [];
    let sentinelSent = false;
    const deadline = setTimeout(() => end(false), DEADLINE_MS);
    const heads = options.head === true ? (options.replies ?? options.last ?? 1) : 0;
    const end = (closed: boolean) => {
      clearTimeout(deadline);
      socket.destroy();
      const text = Buffer.concat(received).toString('latin1');
      const all = parseReplies(text, heads);
      const inStep =
        options.replies !== null && all.length === options.replies + 1 && all.at(-1)?.status === 200;
      resolve({ replies: inStep ? all.slice(0, -1) : all, closed, inStep, text });
    };
    const look = () => {
      const enough = options.replies ?? options.last;
      if (enough === undefined) return;
      const { length } = parseReplies(Buffer.concat(received).toString('latin1'), heads);
      if (!sentinelSent && length >= enough) {
        sentinelSent = true;
        socket.write(SENTINEL);
      } else if (sentinelSent && length > enough) end(false);
    };
    socket.on('connect', async () => {
      for (const part of parts) {
        if (!socket.writable) break;
        await new Promise((sent) => socket.write(part, sent));
      }
      look();
    });
    socket.on('data', (chunk) => {
      received.push(chunk);
      look();
    });
    socket.on('close', () => end(true));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}

/** The whole replies at the start of what came; the first `heads` have no body. */
export function parseReplies(text: string, heads = 0): WireReply[] {
  const replies: WireReply[] = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end === -1 || !text.startsWith('HTTP/1.1 ', at)) return replies;
    const [statusLine = '', ...lines] = text.slice(at, end).split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(':')).toLowerCase();
      const value = line.slice(line.indexOf(':') + 1).trim();
      headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value);
    }
    const status = Number(statusLine.split(' ')[1]);
    const start = end + 4;
    const declared = headers.get('content-length');
    // uWebSockets.js's own errors have no length and end with the connection; what follows a 101 is frames.
    const length = declared === undefined ? text.length - start : Number(declared);
    const hasBody = replies.length >= heads && status >= 200 && status !== 204 && status !== 304;
    if (hasBody && text.length < start + length) return replies;
    at = hasBody ? start + length : start;
    replies.push({ status, headers, body: text.slice(start, at) });
  }
}
