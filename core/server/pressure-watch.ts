import type { OpenSocket } from './open-socket.ts';

/** How often the buffers are looked at while anything is published or anybody is behind, in ms. */
const SWEEP_MS = 250;

/** After so many published bytes they are looked at as well, however soon that is. */
const SWEEP_BYTES = 256 * 1024;

/**
 * Looks at what waits in the sockets' buffers. uWebSockets.js tells nobody when a publish makes a buffer grow, and at its
 * limit it drops messages, the important ones too. So that limit must never be reached: between two looks a buffer grows by
 * SWEEP_BYTES, one message, and what one turn of the event loop holds back (32 messages of less than 16 KiB).
 */
export interface PressureWatch {
  /** To be called before a message of so many bytes is published. */
  willPublish(bytes: number): void;
  stop(): void;
}

export function watchPressure(sockets: ReadonlySet<OpenSocket>): PressureWatch {
  let timer: NodeJS.Timeout | undefined;
  let published = 0;

  function sweep(): void {
    const wasQuiet = published === 0;
    published = 0;
    let isAnyBehind = false;
    // One that is stuck is closed by this, and then it is no longer in the set.
    for (const socket of sockets) {
      if (socket.lookAtBacklog() !== 'none') isAnyBehind = true;
    }
    if (wasQuiet && !isAnyBehind) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    willPublish(bytes) {
      if (published > 0 && published + bytes > SWEEP_BYTES) sweep();
      published += bytes;
      timer ??= setInterval(sweep, SWEEP_MS).unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
}
