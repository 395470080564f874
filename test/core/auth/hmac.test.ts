import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { createHmacSha256 } from '../../../core/auth/hmac.ts';
import { holds } from '../../support/property.ts';

t.test("it is Node's own HMAC-SHA256, for every key and message within its bounds", async (t) => {
  const key = fc.uint8Array({ minLength: 0, maxLength: 64 });
  const message = fc.stringMatching(/^[\x20-\x7e]{0,64}$/);
  holds(
    t,
    'equal tags',
    fc.property(key, message, (bytes, text) => {
      const own = createHmacSha256(bytes)(text);
      return own === createHmac('sha256', bytes).update(text, 'latin1').digest('hex');
    }),
    1000,
  );
});

t.test('a short message after a long one is not mixed with what the long one left', async (t) => {
  const key = Buffer.alloc(32, 3);
  const tagOf = createHmacSha256(key);
  tagOf('x'.repeat(64));
  t.equal(tagOf('y'), createHmac('sha256', key).update('y').digest('hex'));
  t.equal(tagOf(''), createHmac('sha256', key).update('').digest('hex'));
});
