import type { OpenSocket } from './open-socket.ts';

/** How often the buffers are looked at while anything is published or anybody is behind, in ms. */
const SWEEP_MS = 250;

/**
 * After so many published bytes they are looked at as well, however soon that is. Less than lies between two limits of
 * pressure.ts, so that a viewer goes from one to the next and not past it.
 */
const SWEEP_BYTES = 128 * 1024;

/**
 * Looks at what waits in the sockets' buffers. uWebSockets.js tells nobody when a publish makes a buffer grow, and at its
 * limit it drops messages, the important ones too. So that limit must never be reached: between two looks a buffer grows by
 * SWEEP_BYTES, one message, and what one turn of the event loop holds back (32 messages of less than 16 KiB).
 */
export interface PressureWatch {
  /**
   * To be called when a message of so many bytes was published, to all its topics: who is cut off by this look has been
   * sent that message, and everything before it.
   */
  published(bytes: number): void;
  stop(): void;
}

export function watchPressure(sockets: ReadonlySet<OpenSocket>): PressureWatch {
  let timer: NodeJS.Timeout | undefined;
  let bytesSince = 0;

  function sweep(): void {
    const wasQuiet = bytesSince === 0;
    bytesSince = 0;
    let isAnyBehind = false;
    const now = performance.now();
    // One that is stuck is closed by this, and then it is no longer in the set.
    for (const socket of sockets) {
      if (socket.lookAtBacklog(now) !== 'none') isAnyBehind = true;
    }
    if (wasQuiet && !isAnyBehind) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  return {
    published(bytes) {
      timer ??= setInterval(sweep, SWEEP_MS).unref();
      bytesSince += bytes;
      if (bytesSince >= SWEEP_BYTES) sweep();
    },
    stop() {
      clearInterval(timer);
    },
  };
}
