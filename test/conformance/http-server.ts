import type { Test } from 'tap';
import { empty, json, type Reply } from '../../core/http/reply.ts';
import type { Handler } from '../../core/http/route.ts';
import { row, serveRoutes } from '../support/server.ts';
import type { Outcome } from './http-case.ts';

export interface ConformanceServer {
  readonly port: number;
  /** Method, path and body of every request that reached a handler since it was last emptied. */
  readonly ran: string[];
}

/** The rows' paths, on Studio's own server. */
export async function startConformanceServer(t: Test): Promise<ConformanceServer> {
  const ran: string[] = [];
  const noting =
    (answer: () => Reply | Promise<Reply>): Handler =>
    (_context, request) => {
      const body = Buffer.from(request.bytes()).toString('latin1');
      ran.push(`${request.method} ${request.path}${body === '' ? '' : ` ${body}`}`);
      return answer();
    };
  const late = () => new Promise<Reply>((resolve) => setImmediate(resolve, json('late')));
  const open = { access: 'public' } as const;
  const { port } = await serveRoutes(t, [
    row(
      '/a',
      noting(() => json('the answer to a')),
      open,
    ),
    row(
      '/b',
      noting(() => json('the answer to b')),
      open,
    ),
    row('/late', noting(late), open),
    row(
      '/nothing',
      noting(() => empty(204)),
      open,
    ),
    row(
      '/unchanged',
      noting(() => empty(304)),
      open,
    ),
    row(
      '/private',
      noting(() => json('private')),
    ),
    row(
      '/echo',
      noting(() => json('the answer to echo')),
      { ...open, method: 'POST' },
    ),
    row(
      '/small',
      noting(() => json('small')),
      { ...open, method: 'POST', bodyLimit: 10 },
    ),
    row('/probe', () => json('probe'), open),
  ]);
  return { port, ran };
}

export interface ParsedReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * All replies in the bytes that came. The first may be to a HEAD. Throws when something is left that is no reply
 * (RFC 9112, 4 to 6), such as a body where none may be.
 */
export function parseReplies(bytes: Buffer, firstIsToHead: boolean): ParsedReply[] {
  const replies: ParsedReply[] = [];
  let rest = bytes.toString('latin1');
  while (rest !== '') {
    const head = /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e]+\r\n((?:[\w-]+: [\t\x20-\x7e]*\r\n)*)\r\n/.exec(rest);
    if (head === null) throw new Error(`this is no reply: ${JSON.stringify(rest.slice(0, 100))}`);
    const status = Number(head[1]);
    const headers = new Map(
      (head[2] ?? '')
        .split('\r\n')
        .filter((field) => field !== '')
        .map((field) => [
          field.slice(0, field.indexOf(':')).toLowerCase(),
          field.slice(field.indexOf(':') + 2),
        ]),
    );
    rest = rest.slice(head[0].length);
    const bodiless =
      status < 200 || status === 204 || status === 304 || (replies.length === 0 && firstIsToHead);
    const length = headers.get('content-length');
    // Without a length, the body goes on until the connection is closed.
    const size = bodiless ? 0 : length === undefined ? rest.length : Number(length);
    if (size > rest.length) throw new Error('the last body is cut off');
    replies.push({ status, headers, body: rest.slice(0, size) });
    rest = rest.slice(size);
  }
  return replies;
}

export interface SeenOutcome extends Outcome {
  readonly statuses: readonly number[];
}

export function outcomeOf(
  replies: readonly ParsedReply[],
  closed: boolean,
  ran: readonly string[],
): SeenOutcome {
  const announced = replies.at(-1)?.headers.get('connection') === 'close';
  const connection = closed ? (announced ? 'closed' : 'cut') : 'open';
  return { statuses: replies.map((reply) => reply.status), connection, ran: [...ran] };
}

/** The expectation with its choices made as they were seen, so that the two can be compared as they are. */
export function decided(expected: Outcome, seen: SeenOutcome): Outcome {
  const statuses = expected.statuses.map((status, at) => {
    const got = seen.statuses[at];
    if (typeof status === 'number') return status;
    return got !== undefined && status.includes(got) ? got : status;
  });
  return { ...expected, statuses };
}
