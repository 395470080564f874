import t from 'tap';
import { createFrames } from '../../../core/metrics/frames.ts';

const numbers = (entries: Iterable<readonly [string, number]>) => Object.fromEntries(entries);

t.test('a frame counts once for each viewer that it goes to, by what it is', async (t) => {
  const frames = createFrames();
  frames.published('events/general', 3);
  frames.published('events/run/previews', 1);
  frames.published('progress', 2);
  frames.published('progress/a', 0);
  frames.published('previews/raw/progress', 4);
  t.same(numbers(frames.sent()), { events: 4, progress: 2, previews: 4 });
  t.same(numbers(frames.dropped()), { progress: 0, previews: 0 });
});

t.test('a viewer that is too slow misses the frames of its topics until it gets them again', async (t) => {
  const frames = createFrames();
  for (const topic of ['previews/raw', 'previews/raw', 'progress', 'events']) frames.letGo(topic);
  for (const topic of ['previews/raw', 'previews/tagged', 'progress', 'events']) frames.published(topic, 0);
  t.same(numbers(frames.dropped()), { progress: 1, previews: 2 }, 'an event is made up for');
  frames.takenBack('previews/raw');
  frames.takenBack('progress');
  for (const topic of ['previews/raw', 'progress']) frames.published(topic, 1);
  t.same(numbers(frames.dropped()), { progress: 1, previews: 3 });
});
