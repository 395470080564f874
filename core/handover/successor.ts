import type { Incumbent, RestartOutcome } from './keeper.ts';
import { type FromSuccessor, ToSuccessor } from './messages.ts';
import { SUCCESSOR } from './successor-process.ts';

/** How a Studio that takes over from another comes to serve. */
export interface Predecessor {
  /** All is prepared. Resolves when nobody else follows ComfyUI. */
  yields(): Promise<void>;
  /** This Studio answers on that port of 127.0.0.1, over https when `secure`. Resolves when that was found so. */
  checks(port: number, secure: boolean): Promise<void>;
}

/** A Studio that took over, or is about to, as it sees itself. */
export interface Successor {
  readonly predecessor: Predecessor;
  /** It serves: from now on it does as the first process says. `onRetired` is called when it was replaced and is finished. */
  serve(self: Incumbent, onRetired: () => void): void;
  /** Asks to be replaced. */
  restart(): Promise<RestartOutcome>;
}

/** The process's end of the channel. */
export interface Channel {
  send?: (message: unknown, handle: undefined, options: undefined, sent: () => void) => unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/**
 * Null when this process was started by a person or a supervisor. `onOrphaned`: the first process is gone, and with it whoever
 * stops this one.
 */
export function successorOf(
  channel: Channel,
  env: Readonly<Record<string, string | undefined>>,
  onOrphaned: () => void,
): Successor | null {
  if (env[SUCCESSOR] !== '1' || channel.send === undefined) return null;
  const waiting = new Map<ToSuccessor['type'], (message: ToSuccessor) => void>();
  let hear: (message: ToSuccessor) => void = () => {};

  channel.on('message', (raw) => {
    const parsed = ToSuccessor.safeParse(raw);
    if (!parsed.success) return;
    const { data: message } = parsed;
    waiting.get(message.type)?.(message);
    waiting.delete(message.type);
    hear(message);
  });
  channel.on('disconnect', onOrphaned);

  function say(message: FromSuccessor): void {
    // One that cannot be told is gone, and that is told by `disconnect`.
    channel.send?.(message, undefined, undefined, () => {});
  }

  const told = (type: ToSuccessor['type']) =>
    new Promise<void>((resolve) => waiting.set(type, () => resolve()));

  return {
    predecessor: {
      yields() {
        const turn = told('take-over');
        say({ type: 'prepared' });
        return turn;
      },
      checks(port, secure) {
        const checked = told('checked');
        say({ type: 'check', port, secure });
        return checked;
      },
    },
    serve(self, onRetired) {
      hear = (message) => {
        switch (message.type) {
          case 'yield':
            return void self.pause().then(() => say({ type: 'yielded' }));
          case 'resume':
            return self.resume();
          case 'retire':
            return void self.retire().then(onRetired);
          case 'restart-failed':
            return self.tellFailure(message.reason);
        }
      };
      say({ type: 'serving' });
    },
    restart() {
      return new Promise((resolve) => {
        waiting.set('retire', () => resolve('restarting'));
        waiting.set('restart-failed', (message) =>
          resolve({ failed: message.type === 'restart-failed' ? message.reason : '' }),
        );
        say({ type: 'restart' });
      });
    },
  };
}
