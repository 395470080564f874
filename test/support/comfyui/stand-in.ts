import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { Executor } from './executor.ts';
import { Files, type Folder } from './files.ts';
import { HeldReplies } from './held-replies.ts';
import { History } from './history.ts';
import { maxBodyBytes, plain, readBody, type StandInReply, serverError, writeReply } from './http.ts';
import { isForeignOrigin } from './origin.ts';
import { createPace } from './pace.ts';
import { PromptQueue, type QueueItem } from './queue.ts';
import { type RecordedRequest, RequestLog } from './request-log.ts';
import { createRoutes } from './routes.ts';
import { RunsApi } from './runs-api.ts';
import { type Drop, Sockets } from './sockets.ts';
import { UserData } from './userdata.ts';

export interface StandInOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds of every sampling step; without it a node takes the time it asks for. */
  readonly stepDelayMs?: number;
  /** Where the history is kept over restarts; the real one forgets it, and so does this one without a file. */
  readonly historyFile?: string;
}

/** A ComfyUI that needs no GPU, and that can be told to misbehave. */
export interface StandIn {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly port: number;
  /** The last 1000 requests, WebSocket handshakes included, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** How many WebSockets are open. */
  readonly socketCount: number;
  /** How many WebSockets came under a client id that another one still had. */
  readonly doubledSockets: number;
  /** The first request, past or future, that matches. */
  requested(match: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
  /** Resolves once nothing runs or waits. */
  idle(): Promise<void>;
  /** Resolves once nothing moves: idle, or stopped by `hold`. */
  settled(): Promise<void>;
  /** Puts a file where GET /view finds it. */
  addFile(folder: Folder, path: string, bytes: Uint8Array): void;
  /** Stops every sampler after so many steps, until `release`. An interrupt still ends the run. */
  hold(afterSteps?: number): void;
  release(): void;
  /** Ends every WebSocket: its TCP alone, without a close frame, unless told otherwise. */
  dropSockets(how?: Drop): void;
  /**
   * While off, a WebSocket that has closed stays registered, as one does whose TCP died without a word. Switched on
   * again, it is unregistered, and with it a newer one of the same client id: that one stays open, and hears nothing.
   */
  noticeClosing(on: boolean): void;
  /** While on, nothing is sent on WebSockets, pongs included; what would have been sent is lost. */
  silence(on: boolean): void;
  /** Sends any frame to every WebSocket. */
  say(frame: string | Uint8Array): void;
  /** What a restart does: sockets dropped; queue, history and cache empty. Files stay. */
  forget(): void;
  /** Every HTTP reply is held back so long; what it answers is done at once. */
  delayHttp(ms: number): void;
  /** Holds back the replies to what matches, until the function that it returns is called. */
  holdReplies(match: (request: { readonly method: string; readonly path: string }) => boolean): () => void;
  /** Refuses connections and ends those that are open; runs go on. */
  stopListening(): Promise<void>;
  /** On the same port. */
  listenAgain(): Promise<void>;
  /** Resolves once every socket and timer is gone. */
  close(): Promise<void>;
}

/** Starts a stand-in for ComfyUI 0.3.64 on 127.0.0.1. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const closing = new AbortController();
  const log = new RequestLog();
  const files = new Files();
  const history = new History(options.historyFile);
  const pace = createPace(options.stepDelayMs, () => events.emit('settled'));
  const events = new EventEmitter().setMaxListeners(0);
  let freeWhenDone = false;
  let httpDelay = 0;
  const heldReplies = new HeldReplies();

  const sockets = new Sockets(() => ({ queueRemaining: queue.remaining, ...watched() }));
  const executor = new Executor(sockets, files, pace);
  const watched = () => ({ clientId: executor.clientId, nodeId: executor.nodeId });
  const queue = new PromptQueue({
    onChange: () =>
      sockets.send('status', { status: { exec_info: { queue_remaining: queue.remaining } } }, null),
    onIdle: () => {
      events.emit('idle');
      events.emit('settled');
    },
    run,
  });
  const runs = new RunsApi({ queue, history, files, free });
  const route = createRoutes({ runs, files, users: new UserData() });

  async function run(item: QueueItem, signal: AbortSignal, finish: () => void): Promise<void> {
    try {
      history.add(await executor.execute(item, signal));
      finish();
      const prompt_id = item[1];
      if (executor.clientId !== null) sockets.send('executing', { node: null, prompt_id }, executor.clientId);
    } catch (error) {
      if (signal.reason !== 'gone') throw error;
    }
    if (freeWhenDone) executor.free();
    freeWhenDone = false;
  }

  function free(): void {
    if (queue.idle) executor.free();
    else freeWhenDone = true;
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    log.add(request, body);
    const reply = body ? await replyTo(request, body) : tooLarge();
    await heldReplies.released(request);
    if (httpDelay > 0) await setTimeout(httpDelay, undefined, { signal: closing.signal });
    writeReply(response, reply);
  }

  async function replyTo(request: IncomingMessage, body: Buffer): Promise<StandInReply> {
    if (isForeignOrigin(request.headers)) return { status: 403 };
    const [path = '/', query] = (request.url ?? '/').split('?', 2);
    try {
      return await route({
        method: request.method ?? 'GET',
        path: path.replace(/^\/api(?=\/)/, ''),
        query: new URLSearchParams(query),
        headers: request.headers,
        body,
      });
    } catch (error) {
      // Bad JSON and bad percent-encoding are the client's; the rest are mistakes of the stand-in.
      if (!(error instanceof SyntaxError) && !(error instanceof URIError)) console.error(error);
      return serverError();
    }
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    log.add(request, undefined);
    const path = request.url?.split('?')[0];
    const status = isForeignOrigin(request.headers)
      ? '403 Forbidden'
      : path !== '/ws' && path !== '/api/ws'
        ? '404 Not Found'
        : null;
    if (status === null) sockets.accept(request, socket, head);
    else socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }

  const server = createServer({ requireHostHeader: false }, (request, response) => {
    // A client that went away in the middle of its request is owed no answer.
    respond(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', upgrade);
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stopListening = async (): Promise<void> => {
    sockets.drop();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(options.port ?? 0);
  const port = portOf(server.address());

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: log.entries,
    get socketCount() {
      return sockets.count;
    },
    get doubledSockets() {
      return sockets.doubled;
    },
    requested: (match) => log.find(match),
    idle: async () => {
      if (!queue.idle) await once(events, 'idle');
    },
    settled: async () => {
      if (!queue.idle && !pace.held) await once(events, 'settled');
    },
    addFile: (folder, path, bytes) => files.write(folder, path, Buffer.from(bytes)),
    hold: (afterSteps = 0) => pace.limit(afterSteps),
    release: () => pace.limit(Number.POSITIVE_INFINITY),
    dropSockets: (how) => sockets.drop(how),
    noticeClosing: (on) => sockets.noticeClosing(on),
    silence: (on) => {
      sockets.silent = on;
    },
    say: (frame) => sockets.say(frame),
    forget: () => {
      sockets.drop();
      queue.forget();
      history.clear();
      executor.free();
      executor.clientId = null;
      runs.forget();
    },
    delayHttp: (ms) => {
      httpDelay = ms;
    },
    holdReplies: (match) => heldReplies.hold(match),
    stopListening,
    listenAgain: () => listen(port),
    close: async () => {
      closing.abort();
      queue.forget();
      await stopListening();
    },
  };
}

function tooLarge(): StandInReply {
  return plain(413, `Maximum request body size ${maxBodyBytes} exceeded`, { Connection: 'close' });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the stand-in listens on TCP');
  return address.port;
}
