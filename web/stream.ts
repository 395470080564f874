import { askSession } from './api.ts';
import type { Link } from './link.ts';

export interface StreamListener {
  link(link: Link): void;
  text(text: string): void;
  preview(image: Blob): void;
  /** The latest event that is known here; null when none is. */
  latestEventId(): number | null;
}

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 10_000;

/** A connection that stood so long was a good one: the next retry is quick again. */
const GOOD_AFTER_MS = 5000;

/** Studio ends a socket with this code when its session is over. */
const SESSION_ENDED = 4001;

/** Keeps /api/run/ws open until the returned function is called, or until this browser is logged out. */
export function openStream(listener: StreamListener): () => void {
  let socket: WebSocket | null = null;
  let retry: number | undefined;
  let failures = 0;
  let openedAt = Number.POSITIVE_INFINITY;
  let ended = false;

  function dial(): void {
    clearTimeout(retry);
    listener.link({ state: 'connecting' });
    const dialled = new WebSocket(streamUrl(listener.latestEventId()));
    socket = dialled;
    openedAt = Number.POSITIVE_INFINITY;
    dialled.onopen = () => {
      openedAt = performance.now();
      listener.link({ state: 'live' });
    };
    dialled.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') listener.text(data);
      else if (data instanceof Blob) listener.preview(data);
    };
    dialled.onclose = ({ code }) => {
      if (socket !== dialled) return;
      if (code === SESSION_ENDED) end({ state: 'logged-out' });
      else void lost();
    };
  }

  async function lost(): Promise<void> {
    drop();
    failures = performance.now() - openedAt > GOOD_AFTER_MS ? 0 : failures + 1;
    // Why a handshake was refused is not told to scripts, so it is asked for.
    const { status } = failures === 0 ? { status: 0 } : await askSession();
    if (ended || socket !== null) return;
    if (status === 401) return end({ state: 'logged-out' });
    const wait = retryDelay(failures);
    listener.link({ state: 'waiting', retryAt: Date.now() + wait, updating: status === 503 });
    clearTimeout(retry);
    retry = window.setTimeout(dial, wait);
  }

  /** Lets go of the socket without waiting for an answer that may never come. */
  function drop(): void {
    const dropped = socket;
    socket = null;
    dropped?.close();
  }

  /** A network that went away, or a laptop that slept, leaves a socket that looks open: so it is asked. */
  async function look(): Promise<void> {
    if (ended || document.hidden) return;
    if (socket?.readyState !== WebSocket.OPEN) return retryNow();
    const looked = socket;
    const { status } = await askSession();
    if (ended || socket !== looked) return;
    if (status === 401) end({ state: 'logged-out' });
    else if (status === 0) void lost();
  }

  function retryNow(): void {
    if (socket === null) dial();
  }

  function end(link?: Link): void {
    ended = true;
    clearTimeout(retry);
    drop();
    removeEventListener('online', look);
    document.removeEventListener('visibilitychange', look);
    if (link !== undefined) listener.link(link);
  }

  addEventListener('online', look);
  document.addEventListener('visibilitychange', look);
  dial();
  return () => end();
}

/** Doubles with every failure; a quarter of it is left to chance, so that many pages do not come back at once. */
function retryDelay(failures: number): number {
  const longest = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
  return longest * (1 - Math.random() / 4);
}

function streamUrl(since: number | null): string {
  const url = new URL('/api/run/ws', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (since !== null) url.searchParams.set('since', String(since));
  return url.href;
}
