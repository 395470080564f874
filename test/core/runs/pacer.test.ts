import { EventEmitter, once } from 'node:events';
import t from 'tap';
import { createPacer } from '../../../core/runs/pacer.ts';

function setUp(t: { teardown(fn: () => void): void }, intervalMs: number) {
  const events = new EventEmitter();
  let count = 0;
  const pacer = createPacer(intervalMs, () => {
    count += 1;
    events.emit('emitted');
  });
  // The pacer's own timer keeps nobody alive.
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => {
    clearInterval(alive);
    pacer.stop();
  });
  return { pacer, events, count: () => count };
}

t.test('the first change is told at once, the ones that follow as one, later', async (t) => {
  const { pacer, events, count } = setUp(t, 20);
  pacer.changed();
  t.equal(count(), 1);
  const later = once(events, 'emitted');
  pacer.changed();
  pacer.changed();
  t.equal(count(), 1);
  await later;
  t.equal(count(), 2);
});

t.test('the last one is told at once, and nothing after it', async (t) => {
  const { pacer, count } = setUp(t, 60_000);
  pacer.changed();
  pacer.changed();
  pacer.last();
  t.equal(count(), 2);
  pacer.changed();
  pacer.last();
  t.equal(count(), 2);
});

t.test('after stop nothing is told', async (t) => {
  const { pacer, count } = setUp(t, 60_000);
  pacer.stop();
  pacer.changed();
  pacer.last();
  t.equal(count(), 0);
});
