import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { NormalForm } from './normal-form.ts';
import type { Exchange, RecordedLine } from './recording.ts';
import type { StandIn } from './stand-in.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One exchange of a recording, as it went here. */
export interface ReplayedExchange {
  readonly recorded: Exchange;
  readonly answer: Answer;
}

export interface Replay {
  /** Per connection, in normal form: what came in the recording and what came here. */
  readonly frames: readonly { client: string; recorded: readonly unknown[]; here: readonly unknown[] }[];
  readonly exchanges: readonly ReplayedExchange[];
}

/** Names of the recording -> names here: prompt ids and socket ids that a server made up. */
export type Names = Map<string, string>;

const flush = Buffer.from('flush');
const promptReply = z.object({ prompt_id: z.string() });
const greeting = z.object({ data: z.object({ sid: z.string() }) });
const firstCached = z.object({ data: z.object({ nodes: z.array(z.string()) }) });
const posted = z.object({ prompt: z.record(z.string(), z.unknown()) });

/**
 * Does to a stand-in what the client of a recording did. Before each action the runs go on until they are over, or,
 * for the actions in `at` (counted from 0), until the sampler has shown so many steps.
 */
export async function replay(
  lines: readonly RecordedLine[],
  standIn: StandIn,
  at: Readonly<Record<number, number>> = {},
): Promise<Replay> {
  await prime(lines, standIn);
  const names: Names = new Map();
  const clients = new Map<string, Client>();
  const exchanges: ReplayedExchange[] = [];
  const actions = lines.filter(isAction);
  for (const [index, action] of actions.entries()) {
    standIn.hold(at[index] ?? Number.POSITIVE_INFINITY);
    await standIn.settled();
    for (const client of clients.values()) await client.flush();
    // What this action starts must not run past the next one's place; what runs already must not run past this one.
    const next = at[index + 1] ?? Number.POSITIVE_INFINITY;
    if (at[index] === undefined) standIn.hold(next);
    if (action.kind === 'http') {
      const answer = await send(standIn.port, action.data, names);
      learnPromptId(names, action.data, answer);
      exchanges.push({ recorded: action.data, answer });
    } else if (action.kind === 'handshake') {
      if (action.data.status !== 101) continue;
      const client = await Client.open(standIn.port, action.data.path, action.data.request_headers);
      clients.set(action.client, client);
      await client.flush();
      learnSid(names, lines, action.client, client);
    } else {
      await clients.get(action.client)?.act(action);
    }
  }
  standIn.release();
  await standIn.idle();
  const frames = [...clients].map(([client, { received }]) => ({
    client,
    recorded: normal(
      lines.filter((line) => line.client === client && line.dir === 'recv').flatMap(asReceived),
    ),
    here: normal(received),
  }));
  return { frames, exchanges };
}

/** Sends a recorded request as it was, over a connection of its own. */
export async function send(port: number, recorded: Exchange, names: Names = new Map()): Promise<Answer> {
  const rename = (text: string): string => {
    let renamed = text;
    for (const [there, here] of names) renamed = renamed.replaceAll(there, here);
    return renamed;
  };
  const { 'Content-Length': _, ...headers } = recorded.request_headers;
  const body =
    recorded.request_body_b64 === undefined
      ? Buffer.from(rename(recorded.request_body ?? ''))
      : Buffer.from(recorded.request_body_b64, 'base64');
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    method: recorded.method,
    path: rename(recorded.path),
    headers: {
      ...headers,
      ...(body.length > 0 && !headers['Transfer-Encoding'] && { 'Content-Length': body.length }),
    },
    setHost: false,
    agent: false,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

interface Received {
  readonly kind: string;
  readonly data: string | Buffer | number;
}

class Client {
  readonly received: Received[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
      this.received.push(
        isBinary ? { kind: 'binary', data: bytes } : { kind: 'text', data: bytes.toString() },
      );
    });
    socket.on('pong', (data) => {
      if (!data.equals(flush)) this.received.push({ kind: 'pong', data: data.toString() });
    });
    socket.on('close', (code) => this.received.push({ kind: 'close', data: code }));
  }

  static async open(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Client> {
    const { Host, Origin } = headers;
    const sent = { ...(Host !== undefined && { Host }), ...(Origin !== undefined && { Origin }) };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: sent,
      perMessageDeflate: false,
    });
    const client = new Client(socket);
    await once(socket, 'open');
    return client;
  }

  /** Resolves when all that was sent so far has come: pongs keep their place among the frames. */
  async flush(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.ping(flush);
    const done = new AbortController();
    const { signal } = done;
    await Promise.race([once(this.#socket, 'pong', { signal }), once(this.#socket, 'close', { signal })]);
    done.abort();
  }

  async act(line: RecordedLine): Promise<void> {
    if (line.kind === 'text') {
      this.#socket.send(line.data.startsWith('<4194305') ? 'x'.repeat(4194305) : line.data);
    } else if (line.kind === 'binary') this.#socket.send(Buffer.from(line.data, 'base64'));
    else if (line.kind === 'ping') this.#socket.ping(Buffer.from(line.data, 'base64'));
    else if (this.#socket.readyState === WebSocket.OPEN) {
      const closed = once(this.#socket, 'close');
      if (line.kind === 'close') this.#socket.close(line.data.code);
      else this.#socket.terminate();
      await closed;
      return;
    }
    await this.flush();
  }
}

function isAction(line: RecordedLine): boolean {
  return line.dir === 'send' || (line.dir === 'note' && (line.kind === 'http' || line.kind === 'handshake'));
}

/** Runs the nodes that the recorded server had in its cache when the recording began. */
async function prime(lines: readonly RecordedLine[], standIn: StandIn): Promise<void> {
  const first = lines.find(
    (line) => line.kind === 'text' && line.data.startsWith('{"type": "execution_cached"'),
  );
  const post = lines.find(
    (line) => line.kind === 'http' && line.data.path === '/prompt' && line.data.status === 200,
  );
  if (first?.kind !== 'text' || post?.kind !== 'http') return;
  const { nodes } = firstCached.parse(JSON.parse(first.data)).data;
  await fillCache(standIn, posted.parse(JSON.parse(post.data.request_body ?? '')).prompt, nodes);
}

/** Runs only the nodes named of a prompt; the last of them makes an image. */
export async function fillCache(
  standIn: StandIn,
  prompt: Readonly<Record<string, unknown>>,
  nodes: readonly string[],
): Promise<void> {
  const last = nodes.at(-1);
  if (last === undefined) return;
  const cached = Object.fromEntries(Object.entries(prompt).filter(([id]) => nodes.includes(id)));
  const output = { class_type: 'PreviewImage', inputs: { images: [last, 0] } };
  const body = JSON.stringify({ prompt: { ...cached, output } });
  await fetch(`${standIn.url}/prompt`, { method: 'POST', body });
  await standIn.idle();
}

/** Notes the id of a run that was posted without one. */
export function learnPromptId(names: Names, recorded: Exchange, answer: Answer): void {
  if (recorded.method !== 'POST' || !recorded.path.endsWith('/prompt') || recorded.status !== 200) return;
  const there = promptReply.parse(JSON.parse(recorded.response_body ?? ''));
  const here = promptReply.safeParse(JSON.parse(answer.body.toString()));
  if (here.success) names.set(there.prompt_id, here.data.prompt_id);
}

function learnSid(names: Names, lines: readonly RecordedLine[], name: string, client: Client): void {
  const there = lines.find((line) => line.client === name && line.dir === 'recv' && line.kind === 'text');
  const here = client.received[0];
  if (there?.kind !== 'text' || typeof here?.data !== 'string') return;
  const sid = greeting.parse(JSON.parse(there.data)).data.sid;
  if (/^[0-9a-f]{32}$/.test(sid)) names.set(sid, greeting.parse(JSON.parse(here.data)).data.sid);
}

function asReceived(line: RecordedLine): Received[] {
  if (line.kind === 'text') return [{ kind: 'text', data: line.data }];
  if (line.kind === 'binary') return [{ kind: 'binary', data: Buffer.from(line.data, 'base64') }];
  if (line.kind === 'pong') return [{ kind: 'pong', data: Buffer.from(line.data, 'base64').toString() }];
  return line.kind === 'close' ? [{ kind: 'close', data: line.data.code }] : [];
}

function normal(received: readonly Received[]): unknown[] {
  const form = new NormalForm();
  return received
    .filter(({ kind, data }) => !(kind === 'close' && data !== 1009))
    .map(({ kind, data }) =>
      (kind === 'text' || kind === 'binary') && typeof data !== 'number' ? form.frame(data) : { kind, data },
    );
}
