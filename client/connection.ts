import type { Check } from './calls.ts';
import type { Link } from './link.ts';
import { afterLoss, retryDelay, type Timing } from './retry.ts';
import type { Socket, SocketEvents } from './socket.ts';
import { onWake } from './wake.ts';

export interface ConnectionOptions {
  /** Begins a handshake. */
  dial(events: SocketEvents): Promise<Socket>;
  /** How Studio answers by HTTP just now: a status, 0 when it cannot be reached. Never rejects. */
  askStatus(check: Check): Promise<number>;
  onLink(link: Link): void;
  onFrame(data: unknown): void;
  readonly timing: Timing;
}

interface Attempt {
  socket: Socket | null;
  /** By performance.now(); null until it is open. */
  openedAt: number | null;
}

const NO_CLOSE_FRAME = 1006;

/** Keeps a WebSocket to Studio open until the returned function is called, or until the caller is logged out. */
export function keepConnected({ dial, askStatus, onLink, onFrame, timing }: ConnectionOptions): () => void {
  /** Null while it waits for a retry. */
  let current: Attempt | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let heardAt = Date.now();
  let ended = false;

  async function connect(): Promise<void> {
    clearTimeout(retry);
    const mine: Attempt = { socket: null, openedAt: null };
    current = mine;
    onLink({ state: 'connecting' });
    if (current !== mine) return;
    retry = setTimeout(() => void lost(NO_CLOSE_FRAME), timing.patienceMs);
    const socket = await dial(eventsOf(mine)).catch(() => null);
    if (current !== mine) return socket?.abandon();
    if (socket === null) return lost(NO_CLOSE_FRAME);
    mine.socket = socket;
  }

  /** What a socket tells that was let go of counts no more. */
  function eventsOf(mine: Attempt): SocketEvents {
    return {
      onOpen() {
        if (current !== mine) return;
        clearTimeout(retry);
        mine.openedAt = performance.now();
        heardAt = Date.now();
        onLink({ state: 'live' });
      },
      onFrame(data) {
        if (current !== mine) return;
        heardAt = Date.now();
        onFrame(data);
      },
      onClose(code) {
        if (current === mine) void lost(code);
      },
    };
  }

  async function lost(code: number): Promise<void> {
    const openedAt = current?.openedAt ?? null;
    drop();
    const stoodMs = openedAt === null ? 0 : performance.now() - openedAt;
    const after = afterLoss({ code, stoodMs, failures }, timing);
    failures = after.failures;
    if (after.next === 'stop') return end({ state: 'logged-out' });
    if (after.next === 'at-once') return connect();
    onLink({ state: 'connecting' });
    const status = after.next === 'ask' ? await askStatus('session') : null;
    if (ended || current !== null) return;
    if (status === 401) return end({ state: 'logged-out' });
    const wait = retryDelay(failures, Math.random(), timing);
    clearTimeout(retry);
    retry = setTimeout(() => void connect(), wait);
    onLink({ state: 'waiting', retryAt: Date.now() + wait, updating: status === 503 });
  }

  /** Lets go of the socket without waiting for an answer that may never come. */
  function drop(): void {
    clearTimeout(retry);
    current?.socket?.abandon();
    current = null;
  }

  /** A network that went away, or a laptop that slept, leaves a socket that looks open: so Studio is asked. */
  async function look(check: Check): Promise<void> {
    if (ended) return;
    if (current === null) return connect();
    const looked = current;
    if (looked.socket === null || looked.openedAt === null) return;
    heardAt = Date.now();
    // It means nothing to Studio, but a peer that has forgotten this connection says so when it is spoken to.
    looked.socket.send('');
    const status = await askStatus(check);
    if (current !== looked) return;
    if (status === 401) end({ state: 'logged-out' });
    else if (status === 0) void lost(NO_CLOSE_FRAME);
  }

  function end(link?: Link): void {
    if (ended) return;
    ended = true;
    clearTimeout(retry);
    clearInterval(quiet);
    stopWake();
    current?.socket?.close();
    current = null;
    if (link !== undefined) onLink(link);
  }

  // By the wall clock, which goes on while a machine sleeps. A page that nobody looks at must not keep its session alive.
  const quiet = setInterval(() => {
    if (current !== null && Date.now() - heardAt > timing.quietMs) void look('health');
  }, timing.quietMs / 4);
  const stopWake = onWake(() => void look('session'));
  // Not before the caller has what ends it.
  queueMicrotask(() => {
    if (!ended) void connect();
  });
  return () => end();
}
