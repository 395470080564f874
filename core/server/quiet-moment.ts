/** In ms. A turn of the event loop that is shorter had next to nothing to do. */
const SHORT_TURN = 0.05;

const MOST_TURNS = 500;

/**
 * Resolves right behind a turn of the event loop in which hardly anything came in, or after 500 turns. Whoever connects between
 * the last accept and the closing of a listener is reset, and this makes that moment as short as it can be.
 */
export function quietMoment(): Promise<void> {
  return new Promise((resolve) => {
    let turns = 0;
    let lastAt = performance.now();
    setImmediate(function look(): void {
      const now = performance.now();
      turns += 1;
      // The network was looked at after the last of these and before this one.
      if ((turns > 1 && now - lastAt < SHORT_TURN) || turns >= MOST_TURNS) return resolve();
      lastAt = now;
      setImmediate(look);
    });
  });
}
