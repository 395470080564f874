import t from 'tap';
import { copyOf, giveBack } from '../../../core/proxy/spare-buffers.ts';

t.test('a copy has the bytes, whatever becomes of the original', async (t) => {
  for (const size of [0, 1, 32 * 1024, 100_000, 512 * 1024, 512 * 1024 + 1]) {
    const original = Buffer.alloc(size, 'abc');
    const copy = copyOf(original);
    original.fill(0);
    t.ok(copy.equals(Buffer.alloc(size, 'abc')), `${size} bytes`);
  }
});

t.test('memory that was given back is used again, and only then', async (t) => {
  const first = copyOf(Buffer.alloc(100_000, 1));
  const second = copyOf(Buffer.alloc(100_000, 2));
  t.not(first.buffer, second.buffer);
  giveBack(first);
  const third = copyOf(Buffer.alloc(50_000, 3));
  t.equal(third.buffer, first.buffer);
  t.equal(third.length, 50_000);
  t.ok(second.equals(Buffer.alloc(100_000, 2)));
});

t.test('small copies are not kept, for they share their memory with others', async (t) => {
  const small = copyOf(Buffer.from('hello'));
  giveBack(small);
  t.not(copyOf(Buffer.alloc(100_000)).buffer, small.buffer);
});
