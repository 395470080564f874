import { spawnSync } from 'node:child_process';
import t from 'tap';
import { mutate } from './mutate.ts';
import { createRandom } from './random.ts';

t.test('a short run of the fuzzer finds nothing', async (t) => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import=tsx', 'test/fuzz/fuzz.ts', '--count=6000', '--seed=7'],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  t.equal(status, 0, stdout);
  t.match(stdout, /seed 7: 60\d\d mutated requests and frames/);
});

t.test('the same seed makes the same bytes, another seed others', async (t) => {
  const corpus: [Buffer, Buffer] = [
    Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    Buffer.from('POST /b HTTP/1.1\r\n\r\n'),
  ];
  const made = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 200 }, () => mutate(random.pick(corpus), random, corpus).toString('latin1'));
  };
  t.same(made(1), made(1));
  t.notSame(made(1), made(2));
  t.ok(new Set(made(1)).size > 150, 'and it does change them');
});
