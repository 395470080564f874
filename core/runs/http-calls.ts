import {
  type AgentOptions,
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** More calls of one method than this at once wait for each other. */
const CONNECTIONS = 16;

/** ComfyUI closes what is idle after 75 s, others after 5 s. In ms. */
const IDLE_MS = 4000;

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** With its query, if any. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** How long it may take altogether, in ms. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Small calls to one server, whose answers are read whole. */
export interface HttpCalls {
  /** Resolves to any answer, whatever its status; redirects are not followed. Rejects with CallFailed. */
  call(call: HttpCall): Promise<HttpAnswer>;
  /** Ends the calls that are under way. */
  close(): void;
}

export interface HttpCallsOptions {
  /** How long a connection may take to come about, in ms. */
  readonly connectTimeoutMs: number;
  /** The longest answer that is read, in bytes. */
  readonly maxAnswerBytes: number;
}

/** There is no whole answer. */
export class CallFailed extends Error {
  /** Whether the request may have been received: else it can be sent again without harm. */
  readonly maybeReceived: boolean;
  constructor(reason: string, maybeReceived: boolean, cause?: unknown) {
    super(reason, { cause });
    this.name = 'CallFailed';
    this.maybeReceived = maybeReceived;
  }
}

/**
 * `origin`: http or https; its path is not used. Connections are kept and used again, but not for POST: the other end may be
 * closing one just then, and whether it had received what it may not get twice nobody could tell.
 */
export function createHttpCalls(origin: URL, options: HttpCallsOptions): HttpCalls {
  const tls = origin.protocol === 'https:';
  const agentOf = (options: AgentOptions) => (tls ? new HttpsAgent(options) : new HttpAgent(options));
  const agents = {
    GET: agentOf({ keepAlive: true, maxSockets: CONNECTIONS, timeout: IDLE_MS }),
    // With maxSockets Node would hand a connection on to the next call that waits.
    POST: agentOf({ keepAlive: false, maxTotalSockets: CONNECTIONS }),
  };
  // Without the brackets of an IPv6 address.
  const address = { host: origin.hostname.replace(/^\[(.*)\]$/, '$1'), port: origin.port };
  const send = tls ? requestHttps : requestHttp;
  const underWay = new Set<AbortController>();

  async function call({ method, path, headers, body, timeoutMs }: HttpCall): Promise<HttpAnswer> {
    const end = new AbortController();
    const tooLong = setTimeout(() => end.abort(`no answer within ${timeoutMs} ms`), timeoutMs);
    let connected = false;
    underWay.add(end);
    try {
      const request = send({ ...address, agent: agents[method], method, path, headers, signal: end.signal });
      whenConnected(request, end, () => {
        connected = true;
      });
      request.end(body);
      const response = await answerTo(request);
      return { status: response.statusCode ?? 0, text: await readText(response, options.maxAnswerBytes) };
    } catch (error) {
      const reason = end.signal.aborted ? String(end.signal.reason) : reasonOf(error);
      throw new CallFailed(reason, connected, error);
    } finally {
      clearTimeout(tooLong);
      underWay.delete(end);
    }
  }

  function whenConnected(request: ClientRequest, end: AbortController, connected: () => void): void {
    const { connectTimeoutMs } = options;
    request.once('socket', (socket) => {
      if (!socket.connecting) return connected();
      const reason = `no connection within ${connectTimeoutMs} ms`;
      const tooLong = setTimeout(() => end.abort(reason), connectTimeoutMs);
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(tooLong);
        connected();
      });
      socket.once('close', () => clearTimeout(tooLong));
    });
  }

  return {
    call,
    close() {
      for (const end of underWay) end.abort('it is closed');
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    // However else it ends, as with a 101 that nobody asked for.
    request.on('close', () => reject(new Error('the connection was closed')));
  });
}

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('bytes were expected');
    size += chunk.length;
    // Leaving the loop destroys the answer, and with it the connection.
    if (size > maxBytes) throw new Error(`an answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
