import t from 'tap';
import type { EventLog, EventQuery, EventType } from '../../../core/events/event-log.ts';
import { type LatestEvents, latestEvents } from '../../../handlers/run/latest-events.ts';
import { openRecords } from '../../support/records.ts';

/** A real log that notes what it is asked for, and waits with its answers for `release`. */
function watchedLog() {
  const { events } = openRecords();
  const asked: EventQuery[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const log: EventLog = {
    ...events,
    get lastId() {
      return events.lastId;
    },
    async latest(query = {}) {
      asked.push(query);
      const found = await events.latest(query);
      await released;
      return found;
    },
  };
  const append = (message: string, type: EventType = 'auth.login') =>
    events.append({ type, severity: 'info', message });
  return { log, append, asked, release };
}

function messages({ frames }: LatestEvents): string[] {
  return frames.map(({ text }) => JSON.parse(text).message);
}

t.test('the log is read once, and what happens later is added', async (t) => {
  const { log, append, asked, release } = watchedLog();
  append('1');
  append('2');
  release();
  t.same(messages(await latestEvents(log)), ['1', '2']);
  const readings = asked.length;
  append('3');
  t.same(messages(await latestEvents(log)), ['1', '2', '3']);
  t.equal(asked.length, readings);
});

t.test('what happens while it is read is there once', async (t) => {
  const { log, append, release } = watchedLog();
  append('before');
  const latest = latestEvents(log);
  append('meanwhile');
  release();
  t.same(messages(await latest), ['before', 'meanwhile']);
});

t.test("ComfyUI's last coming or going is known, however long ago it was", async (t) => {
  const { log, append, release } = watchedLog();
  append('came', 'comfyui.connected');
  for (let count = 0; count < 300; count += 1) append(String(count));
  release();
  const latest = await latestEvents(log);
  t.match(latest.link?.text, /"came"/);
  t.equal(latest.frames.length, 200);
  append('went', 'comfyui.disconnected');
  for (let count = 0; count < 300; count += 1) append(String(count));
  t.match((await latestEvents(log)).link?.text, /"went"/);
  t.equal((await latestEvents(log)).frames.length, 200);
});

t.test('a reading that fails is not remembered', async (t) => {
  const { log, append } = watchedLog();
  append('1');
  let isBroken = true;
  const broken: EventLog = {
    ...log,
    lastId: log.lastId,
    latest: async () => {
      if (isBroken) throw new Error('broken');
      return [];
    },
  };
  await t.rejects(latestEvents(broken), new Error('broken'));
  isBroken = false;
  t.same((await latestEvents(broken)).frames, []);
});
