import WebSocket, { type RawData } from 'ws';
import type { RunsLog } from './log.ts';

export interface UpstreamOptions {
  /** ComfyUI's base address, http or https; it may have a path. */
  readonly comfyuiUrl: string;
  /** The value for Authorization; null sends none. */
  readonly authorization?: string | null;
  readonly clientId: string;
  readonly log: RunsLog;
  /** ComfyUI's first frame is here: the socket is open and is ours. */
  onOpen(): void;
  /** Once for every attempt that ended, whether or not it had opened. */
  onClose(reason: string): void;
  onText(text: string): void;
  onBinary(frame: Uint8Array): void;
  readonly timing?: Partial<UpstreamTiming>;
}

/** All in milliseconds. */
export interface UpstreamTiming {
  /** The wait before the first new attempt; doubled by each that fails. */
  readonly firstRetry: number;
  readonly longestRetry: number;
  /** How long the handshake may take, and then ComfyUI's first frame. */
  readonly opening: number;
  readonly pingInterval: number;
  /** Silence, without even a pong, after which a connection counts as dead. */
  readonly silence: number;
}

const TIMING: UpstreamTiming = {
  firstRetry: 300,
  longestRetry: 10_000,
  opening: 10_000,
  pingInterval: 10_000,
  silence: 30_000,
};

/** The first frame must be this one: ComfyUI reads it from the first only, and forgets it with the connection. */
const FEATURE_FLAGS = JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } });

/** How long ComfyUI may take to end its half of a connection, in ms. */
const RELEASE_MS = 1000;

/** Images that a node sends over the socket come whole, in one frame. */
const LARGEST_FRAME = 64 * 1024 * 1024;

export interface Upstream {
  /** Drops the connection; the next one is dialled as after any loss. */
  redial(reason: string): void;
  /**
   * Ends the connection by the closing handshake, so that ComfyUI has forgotten it when this resolves: then another process
   * may dial under the same client id. It is not dialled again. Resolves after a second at the latest.
   */
  release(): Promise<void>;
  close(): void;
}

/**
 * The one socket to ComfyUI, under one client id, dialled again for as long as it takes. There are never two at once:
 * when the older of two with one id closes, ComfyUI silently unregisters the newer. It is always read, since a socket
 * that is not stops ComfyUI's frames to everybody.
 */
export function openUpstream(options: UpstreamOptions): Upstream {
  const { log } = options;
  const timing = { ...TIMING, ...options.timing };
  const url = socketUrl(options.comfyuiUrl, options.clientId);
  let failures = 0;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let drop: (reason: string) => void = () => {};
  let current: WebSocket | null = null;

  function dial(): void {
    const socket = new WebSocket(url, {
      headers: options.authorization ? { Authorization: options.authorization } : {},
      handshakeTimeout: timing.opening,
      maxPayload: LARGEST_FRAME,
      perMessageDeflate: false,
    });
    current = socket;
    let openedAt: number | null = null;
    let reason = '';
    let heardAt = Date.now();
    const heartbeat = setInterval(() => {
      if (Date.now() - heardAt > timing.silence) drop(`nothing was heard for ${timing.silence} ms`);
      else if (socket.readyState === WebSocket.OPEN) socket.ping();
    }, timing.pingInterval).unref();
    const opening = setTimeout(() => drop('it did not open in time'), 2 * timing.opening).unref();

    drop = (why) => {
      reason ||= why;
      socket.terminate();
    };
    socket.on('open', () => socket.send(FEATURE_FLAGS));
    socket.on('pong', () => {
      heardAt = Date.now();
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      heardAt = Date.now();
      // Frames can still be in the buffers when Studio closes.
      if (closed) return;
      if (openedAt === null) {
        openedAt = Date.now();
        clearTimeout(opening);
        options.onOpen();
      }
      if (isBinary) options.onBinary(bytesOf(data));
      else options.onText(bytesOf(data).toString());
    });
    socket.on('error', (error) => {
      reason ||= error.message;
    });
    // Only here, when the old socket is gone for good, may the next one be dialled.
    socket.on('close', (code) => {
      current = null;
      clearInterval(heartbeat);
      clearTimeout(opening);
      if (closed) return;
      options.onClose(reason || `it was closed with code ${code}`);
      // One that opens and is lost at once is a failure too: each time two events are kept of it.
      if (openedAt !== null && Date.now() - openedAt >= timing.longestRetry) failures = 0;
      const wait = retryDelay(failures, timing);
      failures += 1;
      log.debug({ wait, reason }, 'ComfyUI socket: dialling again');
      retry = setTimeout(dial, wait);
    });
  }

  dial();
  return {
    redial(reason) {
      drop(reason);
    },
    release() {
      closed = true;
      clearTimeout(retry);
      const socket = current;
      if (socket === null) return Promise.resolve();
      return new Promise((resolve) => {
        const late = setTimeout(() => socket.terminate(), RELEASE_MS);
        socket.on('close', () => {
          clearTimeout(late);
          resolve();
        });
        socket.close();
      });
    },
    close() {
      closed = true;
      clearTimeout(retry);
      drop('Studio closes');
    },
  };
}

/** Doubles with every failure; up to a quarter of it is left to chance, so that many do not come back at once. */
function retryDelay(failures: number, timing: UpstreamTiming): number {
  const longest = Math.min(timing.firstRetry * 2 ** failures, timing.longestRetry);
  return longest * (1 - Math.random() / 4);
}

/** `http://host:8188/base` -> `ws://host:8188/base/ws?clientId=...` */
export function socketUrl(comfyuiUrl: string, clientId: string): string {
  const url = new URL(comfyuiUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/ws`;
  url.search = `?clientId=${encodeURIComponent(clientId)}`;
  url.hash = '';
  return url.href;
}

/** `ws` gives one Buffer per message unless told otherwise (its binaryType). */
function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
