import WebSocket, { type RawData } from 'ws';
import type { Target } from './target.ts';

/** The handshake that is passed on. */
export interface SocketRequest {
  /** Path and query, as they are to be sent; below the target's own path. */
  readonly path: string;
  /** Header lines, each `name: value` and CRLF; clean, without Host and without those of the handshake. */
  readonly lines: string;
  /** The subprotocol that the client was promised, so ComfyUI has to agree to it; '' for none. */
  readonly protocol: string;
}

/** What is told of a socket to ComfyUI. */
export interface SocketListener {
  onOpen(): void;
  onMessage(bytes: Buffer, isBinary: boolean): void;
  /**
   * Once, whether or not it had opened. 1013: ComfyUI cannot be reached; 1014: it refused the handshake, or broke off;
   * 1005: it closed without a code.
   */
  onClose(code: number, reason: string): void;
}

export interface UpstreamSocket {
  /** The bytes sent to ComfyUI that wait in Studio's memory. */
  readonly buffered: number;
  /** Not before it is open. Once it has closed, this does nothing. */
  send(bytes: Uint8Array, isBinary: boolean): void;
  /** Tells ComfyUI, and is gone soon after, whatever it answers. Nothing more comes from it. */
  close(code: number, reason: string): void;
}

/**
 * Sockets to ComfyUI for those that are passed on, one for each. They are always read: ComfyUI stops talking to everybody
 * for the sake of one that is not.
 */
export interface SocketUpstream {
  open(request: SocketRequest, listener: SocketListener): UpstreamSocket;
  /** Lets go of all of them. */
  close(): void;
}

/** All in milliseconds. */
export interface SocketTiming {
  readonly handshake: number;
  readonly pingInterval: number;
  /** Silence, without even a pong, after which ComfyUI counts as gone. */
  readonly silence: number;
  /** How long ComfyUI may take to close its end. */
  readonly closing: number;
}

const TIMING: SocketTiming = { handshake: 10_000, pingInterval: 20_000, silence: 60_000, closing: 1000 };

/** In bytes. Images that a node sends over the socket come whole, in one message. */
const LARGEST_MESSAGE = 64 * 1024 * 1024;

/** RFC 6455, 7.4.1, and the registry that it opened. */
const NO_CODE = 1005;
const VANISHED = 1006;
const TRY_AGAIN_LATER = 1013;
const BAD_GATEWAY = 1014;

/** `target` as for HTTP requests. */
export function createSocketUpstream(target: Target, timing: Partial<SocketTiming> = {}): SocketUpstream {
  const limits = { ...TIMING, ...timing };
  const all = new Set<WebSocket>();
  return {
    open(request, listener) {
      const socket = dial(target, request, limits.handshake);
      all.add(socket);
      socket.on('close', () => all.delete(socket));
      return pass(socket, listener, limits);
    },
    close() {
      for (const socket of all) socket.terminate();
    },
  };
}

function dial(target: Target, request: SocketRequest, handshakeTimeout: number): WebSocket {
  const scheme = target.tls ? 'wss' : 'ws';
  const headers: Record<string, string> = fieldsOf(request.lines);
  if (target.authorization !== null) headers.authorization = target.authorization;
  const protocols = request.protocol === '' ? [] : [request.protocol];
  return new WebSocket(`${scheme}://${target.authority}/`, protocols, {
    headers,
    handshakeTimeout,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    finishRequest(outgoing) {
      // As it came: in a URL some of its bytes would be written in another way.
      outgoing.path = target.prefix + request.path;
      outgoing.end();
    },
  });
}

function pass(socket: WebSocket, listener: SocketListener, timing: SocketTiming): UpstreamSocket {
  let reason = '';
  let code: number | null = null;
  let opened = false;
  let isOver = false;
  let heardAt = performance.now();
  const heartbeat = setInterval(() => {
    if (performance.now() - heardAt > timing.silence) fail(`nothing was heard for ${timing.silence} ms`);
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, timing.pingInterval).unref();

  function fail(why: string): void {
    reason ||= `ComfyUI: ${why}`;
    code = BAD_GATEWAY;
    socket.terminate();
  }

  socket.on('open', () => {
    opened = true;
    if (!isOver) listener.onOpen();
  });
  socket.on('pong', () => {
    heardAt = performance.now();
  });
  socket.on('message', (data: RawData, isBinary: boolean) => {
    heardAt = performance.now();
    if (!isOver) listener.onMessage(bytesOf(data), isBinary);
  });
  socket.on('unexpected-response', (outgoing, answer) => {
    reason = `ComfyUI answered ${answer.statusCode}`;
    code = BAD_GATEWAY;
    outgoing.destroy();
    socket.terminate();
  });
  socket.on('error', (error) => {
    reason ||= `ComfyUI: ${error.message}`;
  });
  socket.on('close', (sentCode, sentReason) => {
    clearInterval(heartbeat);
    if (isOver) return;
    isOver = true;
    const end = closing(opened, code ?? sentCode, sentReason.toString() || reason);
    listener.onClose(end.code, end.reason);
  });

  return {
    get buffered() {
      return socket.bufferedAmount;
    },
    send(bytes, isBinary) {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes, { binary: isBinary });
    },
    close(wantedCode, wantedReason) {
      if (isOver) return;
      isOver = true;
      if (socket.readyState !== WebSocket.OPEN || wantedCode === VANISHED) return socket.terminate();
      if (isSendable(wantedCode)) socket.close(wantedCode, wantedReason);
      else socket.close();
      setTimeout(() => socket.terminate(), timing.closing).unref();
    },
  };
}

/** How the client is told that ComfyUI's end has closed: some codes stand for what happened, and are never sent. */
function closing(opened: boolean, code: number, reason: string): { code: number; reason: string } {
  if (code !== VANISHED && (code === NO_CODE || isSendable(code))) return { code, reason: shortened(reason) };
  if (!opened) return { code: TRY_AGAIN_LATER, reason: shortened(reason || 'ComfyUI cannot be reached') };
  return { code: BAD_GATEWAY, reason: shortened(reason || 'ComfyUI broke off') };
}

/** RFC 6455, 7.4: what may stand in a Close frame. */
export function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== NO_CODE && code !== VANISHED;
}

/** RFC 6455, 5.5: a Close frame has room for 123 bytes. */
function shortened(reason: string): string {
  return Buffer.byteLength(reason) > 123 ? `${reason.slice(0, 40)}…` : reason;
}

/** By name; the bytes of a value are what they were, as Node writes header lines in latin1. */
function fieldsOf(lines: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(': ');
    if (colon === -1) continue;
    fields[line.slice(0, colon)] = Buffer.from(line.slice(colon + 2)).toString('latin1');
  }
  return fields;
}

/** `ws` gives one Buffer per message unless told otherwise (its binaryType). */
function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
