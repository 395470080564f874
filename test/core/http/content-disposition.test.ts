import fc from 'fast-check';
import t from 'tap';
import { contentDisposition } from '../../../core/http/content-disposition.ts';
import { holds } from '../../support/property.ts';

t.test('a name in ASCII is given once, any other exactly as well (RFC 6266, RFC 8187)', async (t) => {
  const rows: readonly [string, string][] = [
    ['a_00001_.png', 'inline; filename="a_00001_.png"'],
    ['a b;c.png', 'inline; filename="a b;c.png"'],
    ['ä.png', `inline; filename="_.png"; filename*=UTF-8''%C3%A4.png`],
    ['a"b.png', `inline; filename="a_b.png"; filename*=UTF-8''a%22b.png`],
    ["it's (1)*.png", `inline; filename="it's (1)*.png"`],
    ['100%.png', `inline; filename="100_.png"; filename*=UTF-8''100%25.png`],
    ['../../etc/passwd', 'inline; filename="passwd"'],
    ['a\\b.png', 'inline; filename="b.png"'],
    ['a\r\nSet-Cookie: b.png', 'inline; filename="aSet-Cookie: b.png"'],
    ['a\u202egnp.exe', 'inline; filename="agnp.exe"'],
    ['..', 'inline'],
    ['', 'inline'],
  ];
  for (const [name, expected] of rows) t.equal(contentDisposition('inline', name), expected, name);
});

t.test('whatever the name, it is one clean header value', async (t) => {
  const property = fc.property(fc.string({ unit: 'binary' }), (name) =>
    /^attachment(?:; filename="[^"\\]*"(?:; filename\*=UTF-8''[\w.!~%&#$+^`|-]+)?)?$/.test(
      contentDisposition('attachment', name),
    ),
  );
  holds(t, 'name', property, 2000);
});
