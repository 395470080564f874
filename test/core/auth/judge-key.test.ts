import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { judgeKey } from '../../../core/auth/judge-key.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

t.test('the verdict from a process of its own', async (t) => {
  t.same(await judgeKey('correct-horse-battery-staple-7'), { weakness: null, common: false });
  t.match(await judgeKey('qwertyuiop123456'), { weakness: /easy to guess/, common: false });
});

t.test('where there is none, or it says something else, the same verdict all the same', async (t) => {
  const folder = freshFolder(t);
  const programs = ['missing', 'nothing', 'nonsense', 'another'].map((name) => join(folder, `${name}.mjs`));
  writeFileSync(join(folder, 'nothing.mjs'), '');
  writeFileSync(join(folder, 'nonsense.mjs'), 'console.log("strong")');
  writeFileSync(join(folder, 'another.mjs'), 'console.log(JSON.stringify({ weakness: null }))');
  for (const program of programs)
    t.match(await judgeKey('qwertyuiop123456', program), { weakness: /easy to guess/ }, program);
});
