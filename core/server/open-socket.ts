import type { WebSocket } from 'uWebSockets.js';
import type { Caller, Seconds } from '../http/request.ts';
import type { Pressure, Socket } from '../http/route.ts';
import type { Frames } from '../metrics/frames.ts';
import { type Backlog, DRAINED, judgeBacklog, NO_BACKLOG, type Patience, SOME } from './pressure.ts';

/**
 * Every socket has this topic, and nothing is published to it. uWebSockets.js forgets a subscriber at its last topic, and
 * with it the messages of this turn of the event loop that it has not been sent yet.
 */
const ALWAYS = 'open';

const NONE: readonly string[] = [];

/** What a socket is closed with that nobody else looks after (the registry that RFC 6455, 7.4.2 opened). */
const TRY_AGAIN_LATER = 1013;

/** An open WebSocket. uWebSockets.js's own object throws at every touch once it has closed: this one does nothing then. */
export class OpenSocket implements Socket {
  readonly caller: Caller;
  /** When its session ends, in Unix seconds; infinite when nothing ends it. */
  readonly expiresAt: Seconds;
  #socket: WebSocket<unknown> | null;
  readonly #patience: Patience;
  #backlog: Backlog = NO_BACKLOG;
  /** A few, so an array: it takes a third of a Set's memory. */
  #topics: readonly string[] = [];
  readonly #frames: Pick<Frames, 'letGo' | 'takenBack'>;
  /** The topics that it had, and goes without until it has caught up. */
  #withheld = NONE;
  #listener = (pressure: Pressure): void => {
    if (pressure === 'stuck') this.close(TRY_AGAIN_LATER, 'Too slow');
  };
  #waiting: ((isOpen: boolean) => void)[] = [];

  constructor(
    socket: WebSocket<unknown>,
    caller: Caller,
    expiresAt: Seconds,
    patience: Patience,
    frames: Pick<Frames, 'letGo' | 'takenBack'>,
  ) {
    this.#socket = socket;
    this.caller = caller;
    this.expiresAt = expiresAt;
    this.#patience = patience;
    this.#frames = frames;
    socket.subscribe(ALWAYS);
  }

  get pressure(): Pressure {
    return this.#backlog.pressure;
  }

  /** The bytes that wait for it in this process; the system has its own buffer behind. */
  get buffered(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  send(...messages: readonly (string | Uint8Array)[]): void {
    this.#socket?.cork(() => {
      for (const message of messages) this.#socket?.send(message, typeof message !== 'string', false);
    });
  }

  subscribe(topics: readonly string[]): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#withhold(this.pressure === 'none' ? NONE : [...this.#withheld, ...this.#topics], topics);
    for (const topic of topics) if (!this.#topics.includes(topic)) socket.subscribe(topic);
    for (const topic of this.#topics) if (!topics.includes(topic)) socket.unsubscribe(topic);
    this.#topics = [...topics];
  }

  drained(): Promise<boolean> {
    return new Promise((resolve) => {
      setImmediate(() => {
        const limit = this.pressure === 'full' ? DRAINED : SOME;
        if (this.#socket === null || this.buffered <= limit) resolve(this.#socket !== null);
        else this.#waiting.push(resolve);
      });
    });
  }

  onPressure(listener: (pressure: Pressure) => void): void {
    this.#listener = listener;
  }

  close(code: number, reason: string): void {
    this.#socket?.end(code, reason);
  }

  /** Judges anew what waits for it, and tells the listener when the pressure has changed. `now` in ms, from performance.now. */
  lookAtBacklog(now: number): Pressure {
    const { buffered } = this;
    const before = this.pressure;
    // Nearly always, and this is asked of every socket several times a second.
    if (before === 'none' && buffered <= DRAINED) return before;
    this.#backlog = judgeBacklog(this.#backlog, buffered, now, this.#patience);
    if (this.pressure !== before) this.#listener(this.pressure);
    return this.pressure;
  }

  /** uWebSockets.js has sent some of what waited. */
  hasDrained(): void {
    if (this.buffered > DRAINED) return;
    this.#settle(true);
    if (this.pressure !== 'none') this.lookAtBacklog(performance.now());
  }

  hasClosed(): void {
    this.#socket = null;
    this.#withhold(NONE, NONE);
    this.#settle(false);
  }

  /** Of the topics that it had, those that it has no longer, until it has caught up. */
  #withhold(had: readonly string[], has: readonly string[]): void {
    if (had.length === 0 && this.#withheld.length === 0) return;
    const withheld = [...new Set(had)].filter((topic) => !has.includes(topic));
    for (const topic of this.#withheld) this.#frames.takenBack(topic);
    for (const topic of withheld) this.#frames.letGo(topic);
    this.#withheld = withheld;
  }

  #settle(isOpen: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(isOpen);
  }
}
