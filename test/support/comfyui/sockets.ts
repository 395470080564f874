import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { type EncodedImage, type PreviewSource, previewFrame, previewWithMetadataFrame } from './frames.ts';
import { serverFeatures } from './info.ts';

/** What a new connection is told: the queue, and the node that runs if its own run is active. */
export interface Greeting {
  readonly queueRemaining: number;
  readonly clientId: string | null;
  readonly nodeId: string | null;
}

/** Frames go to one client id, or to every socket when it is null. */
export type Audience = string | null;

/** How a connection is ended: TCP alone, TCP with a reset, or as WebSocket wants it, with a close frame. */
export type Drop = 'end' | 'reset' | 'close frame';

const maxMessageBytes = 4 * 1024 * 1024;
const featureFlags = z.object({
  type: z.literal('feature_flags'),
  data: z.record(z.string(), z.unknown()).default({}),
});

/**
 * ComfyUI's register of sockets: client id -> the newest socket that used it. Its flaws are kept: when an older
 * socket of the same id closes, the newer one is unregistered and hears nothing any more.
 */
export class Sockets {
  silent = false;
  /** How many times a client id came that was registered already. */
  doubled = 0;
  /** Connections that have closed and that this server has not noticed yet; null when it notices at once. */
  #unnoticed: (() => void)[] | null = null;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    autoPong: false,
    handleProtocols: () => false,
  });
  readonly #byClientId = new Map<string, WebSocket>();
  readonly #tcp = new WeakMap<WebSocket, Socket>();
  readonly #flags = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #greeting: () => Greeting;

  constructor(greeting: () => Greeting) {
    this.#greeting = greeting;
  }

  get count(): number {
    return this.#server.clients.size;
  }

  /** Completes the handshake of `/ws?clientId=`. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const asked = new URLSearchParams(request.url?.split('?')[1]).get('clientId');
    this.#server.handleUpgrade(request, socket, head, (connection) => {
      this.#tcp.set(connection, request.socket);
      this.#register(connection, asked || randomUUID().replaceAll('-', ''));
    });
  }

  send(type: string, data: unknown, to: Audience): void {
    this.#write(JSON.stringify({ type, data }), to);
  }

  sendBinary(frame: Uint8Array, to: Audience): void {
    this.#write(frame, to);
  }

  /** Metadata frames are only for one client that asked for them; a broadcast never carries any. */
  wantsMetadata(to: Audience): boolean {
    return to !== null && this.#flags.get(to)?.supports_preview_metadata === true;
  }

  sendPreview(image: EncodedImage, source: PreviewSource, to: Audience): void {
    this.#write(this.wantsMetadata(to) ? previewWithMetadataFrame(image, source) : previewFrame(image), to);
  }

  /** Any frame to every open socket, registered or not. */
  say(frame: string | Uint8Array): void {
    for (const connection of this.#server.clients) this.#put(connection, frame);
  }

  drop(how: Drop = 'end'): void {
    for (const connection of this.#server.clients) {
      if (how === 'close frame') connection.close(1001);
      else if (how === 'end') connection.terminate();
      else this.#tcp.get(connection)?.resetAndDestroy();
    }
  }

  /** While off, whoever closes stays registered; what is noticed late unregisters a newer socket of the same id. */
  noticeClosing(on: boolean): void {
    const late = this.#unnoticed ?? [];
    this.#unnoticed = on ? null : late;
    if (on) for (const unregister of late) unregister();
  }

  #register(connection: WebSocket, sid: string): void {
    if (this.#byClientId.has(sid)) this.doubled += 1;
    this.#byClientId.set(sid, connection);
    this.#flags.set(sid, {});
    connection.on('close', () => {
      const unregister = (): void => {
        this.#byClientId.delete(sid);
        this.#flags.delete(sid);
      };
      if (this.#unnoticed === null) unregister();
      else this.#unnoticed.push(unregister);
    });
    // A protocol error (a message over the limit, say) closes the socket by itself.
    connection.on('error', () => undefined);
    connection.on('ping', (data) => {
      if (!this.silent) connection.pong(data);
    });
    const { queueRemaining, clientId, nodeId } = this.#greeting();
    this.send('status', { status: { exec_info: { queue_remaining: queueRemaining } }, sid }, sid);
    if (clientId === sid && nodeId !== null) this.send('executing', { node: nodeId }, sid);
    let first = true;
    connection.on('message', (data, isBinary) => {
      const message = isBinary ? undefined : readObject(data);
      if (message === undefined) return;
      const flags = featureFlags.safeParse(message);
      if (first && flags.success) {
        this.#flags.set(sid, flags.data.data);
        this.send('feature_flags', serverFeatures, sid);
      }
      first = false;
    });
  }

  #write(frame: string | Uint8Array, to: Audience): void {
    const targets = to === null ? this.#byClientId.values() : [this.#byClientId.get(to)];
    for (const connection of targets) if (connection) this.#put(connection, frame);
  }

  #put(connection: WebSocket, frame: string | Uint8Array): void {
    if (!this.silent && connection.readyState === WebSocket.OPEN) connection.send(frame);
  }
}

/** A JSON object, or undefined: what is not one does not count as the client's first message. */
function readObject(data: RawData): object | undefined {
  try {
    const value: unknown = JSON.parse(data.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
