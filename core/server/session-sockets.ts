import type { Caller, Seconds } from '../http/request.ts';

/** Application codes are ours to choose from 4000 on (RFC 6455, 7.4.2). */
const SESSION_ENDED = 4001;

const SWEEP_MS = 1000;

/** An open socket of any kind, and whom it is open for. */
export interface Guest {
  readonly caller: Caller;
  /** Unix seconds; infinite when nothing ends it. */
  readonly expiresAt: Seconds;
  close(code: number, reason: string): void;
}

/** The sockets that are open. No socket outlives the session that it was opened with. */
export interface SessionSockets<T extends Guest> {
  readonly open: ReadonlySet<T>;
  add(socket: T): void;
  remove(socket: T): void;
  /** Ends those of all sessions with 4001: the sessions are no longer valid. */
  closeSessions(reason: string): void;
  /** The same for those of the key as well: it is another one now. */
  closeCallers(reason: string): void;
  closeAll(code: number, reason: string): void;
  /** Lets go of the timer. */
  stop(): void;
}

/** Once a second, those whose session has expired by the clock `now` are ended with 4001. */
export function createSessionSockets<T extends Guest>(now: () => Seconds): SessionSockets<T> {
  const open = new Set<T>();

  function close(isDue: (socket: T) => boolean, code: number, reason: string): void {
    // Closing removes it from the set, which a Set's iteration allows.
    for (const socket of open) if (isDue(socket)) socket.close(code, reason);
  }

  const sweep = setInterval(() => {
    const time = now();
    close(({ expiresAt }) => expiresAt < time, SESSION_ENDED, 'The session has expired');
  }, SWEEP_MS).unref();

  return {
    open,
    add: (socket) => open.add(socket),
    remove: (socket) => open.delete(socket),
    closeSessions: (reason) => close(({ caller }) => caller.by === 'session', SESSION_ENDED, reason),
    closeCallers: (reason) => close(() => true, SESSION_ENDED, reason),
    closeAll: (code, reason) => close(() => true, code, reason),
    stop: () => clearInterval(sweep),
  };
}
