import { EventEmitter, once } from 'node:events';
import t, { type Test } from 'tap';
import { createInquiry } from '../../../core/runs/inquiry.ts';
import { silentLog } from './silent-log.ts';

/** Rounds that end when the test says so. */
function setUp(t: Test, intervalMs: number) {
  const events = new EventEmitter();
  const state = { begun: 0, underWay: 0, most: 0, wanted: true };
  const inquiry = createInquiry({
    async ask() {
      state.begun += 1;
      state.underWay += 1;
      state.most = Math.max(state.most, state.underWay);
      const ended = once(events, 'end');
      events.emit('begun');
      const [error] = await ended;
      state.underWay -= 1;
      if (error) throw error;
    },
    wanted: () => state.wanted,
    intervalMs,
    log: silentLog,
  });
  // The inquiry's own timer keeps nobody alive.
  const alive = setInterval(() => {}, 1000);
  t.teardown(() => {
    clearInterval(alive);
    inquiry.close();
  });
  return { inquiry, events, state };
}

t.test('now asks at once, and while a round is under way, once more after it', async (t) => {
  const { inquiry, events, state } = setUp(t, 60_000);
  inquiry.now();
  t.equal(state.begun, 1);
  inquiry.now();
  inquiry.now();
  t.equal(state.begun, 1);
  const next = once(events, 'begun');
  events.emit('end');
  await next;
  t.match(state, { begun: 2, most: 1 });
});

t.test('rounds go on while they are wanted, failed ones included', async (t) => {
  const { inquiry, events, state } = setUp(t, 1);
  inquiry.soon();
  await once(events, 'begun');
  for (let round = 0; round < 3; round += 1) {
    const next = once(events, 'begun');
    events.emit('end', new Error('unreachable'));
    await next;
  }
  t.match(state, { begun: 4, most: 1 });
});

t.test('soon waits for the interval to be over', async (t) => {
  const { inquiry, events, state } = setUp(t, 60_000);
  state.wanted = false;
  inquiry.now();
  events.emit('end');
  await new Promise(setImmediate);
  inquiry.soon();
  await new Promise(setImmediate);
  t.equal(state.begun, 1);
});

t.test('after close nothing is asked', async (t) => {
  const { inquiry, events, state } = setUp(t, 0);
  inquiry.now();
  inquiry.close();
  events.emit('end');
  inquiry.now();
  inquiry.soon();
  await new Promise(setImmediate);
  t.equal(state.begun, 1);
});
