import { once } from 'node:events';
import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import { checkHealth } from '../../core/handover/check-health.ts';
import { createKeeper, type Incumbent } from '../../core/handover/keeper.ts';
import type { FromSuccessor } from '../../core/handover/messages.ts';
import type { ProcessEnd, SuccessorProcess } from '../../core/handover/successor-process.ts';

/** A successor that says what `script` has, each when it is waited for, and ends where that is a number: with this code. */
function madeUpProcess(log: string[], name: string, script: readonly (FromSuccessor | number | 'silence')[]) {
  const left = [...script];
  let end: (end: ProcessEnd) => void = () => {};
  let restart: () => void = () => {};
  const ended = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const process: SuccessorProcess = {
    ended,
    tell(message) {
      log.push(`${name} is told ${message.type}`);
      if (message.type === 'retire') end({ code: 0, signal: null });
    },
    async says(type) {
      const next = left.shift();
      if (next === undefined || next === 'silence') throw new Error('it was not ready after 1 seconds');
      if (typeof next === 'number') throw new Error(`it ended with code ${next}`);
      if (!isOf(next, type)) throw new Error(`the test has ${next.type} where ${type} is waited for`);
      return next;
    },
    onRestart(listener) {
      restart = listener;
    },
    kill(signal) {
      log.push(`${name} gets ${signal}`);
      end({ code: null, signal });
    },
  };
  return { process, end, restart: () => restart() };
}

function isOf<T extends FromSuccessor['type']>(
  message: FromSuccessor,
  type: T,
): message is Extract<FromSuccessor, { type: T }> {
  return message.type === type;
}

const GOOD = [{ type: 'prepared' }, { type: 'check', port: 7 }, { type: 'serving' }] as const;

function house(t: Test, processes: readonly SuccessorProcess[], log: string[], health = async () => {}) {
  const left = [...processes];
  const self: Incumbent = {
    pause: async () => void log.push('self pauses'),
    resume: () => void log.push('self resumes'),
    retire: async () => void log.push('self retires'),
    tellFailure: (reason) => void log.push(`self tells: ${reason}`),
  };
  const ends: ProcessEnd[] = [];
  const keeper = createKeeper({
    self,
    spawn() {
      const next = left.shift();
      if (next === undefined) t.fail('one more than there should be');
      return next ?? madeUpProcess(log, 'none', []).process;
    },
    checkHealth: health,
    onEnd: (end) => ends.push(end),
  });
  return { keeper, ends };
}

t.test(
  'the order of a handover: nobody follows ComfyUI twice, and the old one goes when the new one serves',
  async (t) => {
    const log: string[] = [];
    const first = madeUpProcess(log, 'first', [...GOOD, { type: 'yielded' }]);
    const second = madeUpProcess(log, 'second', GOOD);
    const { keeper, ends } = house(t, [first.process, second.process], log);
    t.equal(keeper.successor, null);
    t.equal(await keeper.restart(), 'restarting');
    t.equal(keeper.successor, first.process);
    t.same(log.splice(0), [
      'self pauses',
      'first is told take-over',
      'first is told checked',
      'self retires',
    ]);
    t.equal(await keeper.restart(), 'restarting');
    t.same(log, [
      'first is told yield',
      'second is told take-over',
      'second is told checked',
      'first is told retire',
    ]);
    t.same(ends, [], 'that it ended, being replaced, is no end');
    second.end({ code: 3, signal: null });
    await second.process.ended;
    t.same(ends, [{ code: 3, signal: null }], 'but this is');
  },
);

t.test('whatever a new one does not get done, the old one goes on and says so', async (t) => {
  const rows: readonly [readonly (FromSuccessor | number | 'silence')[], string, boolean][] = [
    [[78], 'it ended with code 78', false],
    [['silence'], 'it was not ready after 1 seconds', false],
    [[GOOD[0], 1], 'it ended with code 1', true],
    [[GOOD[0], GOOD[1], 'silence'], 'it was not ready after 1 seconds', true],
  ];
  for (const [script, reason, hadPaused] of rows) {
    const log: string[] = [];
    const { keeper } = house(t, [madeUpProcess(log, 'new', script).process], log);
    t.same(await keeper.restart(), { failed: reason });
    const after = log.slice(log.indexOf('new gets SIGKILL'));
    t.same(after, ['new gets SIGKILL', ...(hadPaused ? ['self resumes'] : []), `self tells: ${reason}`]);
    t.equal(keeper.successor, null);
  }
});

t.test('one that fails its health check is not let near the port', async (t) => {
  const server = createServer((_request, response) => response.writeHead(503).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const log: string[] = [];
  const { process } = madeUpProcess(log, 'new', [GOOD[0], { type: 'check', port }]);
  const { keeper } = house(t, [process], log, () => checkHealth(port));
  t.same(await keeper.restart(), { failed: 'it answers its health check with 503' });
  t.notOk(log.includes('new is told checked'));
});

t.test('one restart at a time', async (t) => {
  const log: string[] = [];
  const { keeper } = house(t, [madeUpProcess(log, 'new', GOOD).process], log);
  const first = keeper.restart();
  t.same(await keeper.restart(), { failed: 'a restart is under way already' });
  t.equal(await first, 'restarting');
});
