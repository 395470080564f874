import t from 'tap';
import { createCached } from '../../core/cached.ts';

t.test('however many ask at once, one question is asked, and its answer is kept', async (t) => {
  let asked = 0;
  const get = createCached(60_000, async () => {
    asked += 1;
    await null;
    return asked;
  });
  t.same(await Promise.all([get(), get(), get()]), [1, 1, 1]);
  t.equal(await get(), 1);
  t.equal(asked, 1);
});

t.test('an answer that is too old is asked for again', async (t) => {
  let asked = 0;
  const get = createCached(0, async () => {
    asked += 1;
    return asked;
  });
  t.equal(await get(), 1);
  t.equal(await get(), 2);
});

t.test('a failure goes to all who wait, and the next one asks again', async (t) => {
  let asked = 0;
  const get = createCached(60_000, async () => {
    asked += 1;
    if (asked === 1) throw new Error('away');
    return asked;
  });
  const both = [get(), get()];
  for (const one of both) await t.rejects(one, /away/);
  t.equal(await get(), 2);
});
