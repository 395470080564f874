import t from 'tap';
import { senderOf } from '../../../core/http/sender.ts';
import { makeRequest } from '../../support/handler.ts';

t.test(
  'the user agent is cut to 200 characters and holds nothing that a terminal or a page obeys',
  async (t) => {
    const rows: readonly [string, string][] = [
      ['', ''],
      ['curl/8.5.0', 'curl/8.5.0'],
      ['a\x1b[31mb\x07\x7f\x9bc', 'a[31mbc'],
      ['a\tb', 'ab'],
      ['a\u202eb\u2028c\u200bd', 'abcd'],
      ['é'.repeat(300), 'é'.repeat(200)],
    ];
    for (const [sent, user_agent] of rows)
      t.same(senderOf(makeRequest({ headers: { 'user-agent': sent } })), { ip: '203.0.113.7', user_agent });
  },
);
