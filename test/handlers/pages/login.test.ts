import t from 'tap';
import { loginPage } from '../../../handlers/pages/login.ts';
import { type MadeUpRequest, makeContext, makeRequest } from '../../support/handler.ts';

async function page(given: MadeUpRequest = {}): Promise<string> {
  return String(loginPage(await makeContext(), makeRequest({ path: '/login', ...given })).body);
}

const valueOfNext = (html: string) => /name="next"[^>]* value="([^"]*)"/.exec(html)?.[1];
const errorWords = (html: string) => /id="error"[^>]*>([^<]*)</.exec(html)?.[1];
const warns = (html: string) => !/id="plain-http"[^>]* hidden>/.test(html);

t.test('a page with a form that works without a script', async (t) => {
  const reply = loginPage(await makeContext(), makeRequest());
  t.equal(reply.status, 200);
  t.match(reply.headers['Content-Type'], 'text/html');
  const html = String(reply.body);
  t.match(html, '<form method="post" action="/api/auth/login"');
  t.match(
    html,
    /<input id="api_key" name="api_key" type="password" autocomplete="current-password" required/,
  );
  t.match(html, '<script type="module" src="/static/assets/login.ts.js">');
  t.match(html, '<link rel="stylesheet" href="/static/assets/login.ts.css">');
});

t.test(
  'its policy allows no inline script, no foreign source, no frame, and forms to this origin only',
  async (t) => {
    const policy = loginPage(await makeContext(), makeRequest()).headers['Content-Security-Policy'] ?? '';
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
      t.ok(policy.split('; ').includes(directive), directive);
    t.notMatch(policy, /unsafe|\*|https?:/);
    const html = await page();
    t.notMatch(html, /<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/, 'and the page needs nothing of that');
  },
);

t.test('next is escaped, and is a path on this origin', async (t) => {
  const rows: readonly [string, string][] = [
    ['', '/home'],
    ['next=%2Fcomfyui%2F%3Fa%3Db%26c', '/comfyui/?a=b&amp;c'],
    ['next=%2F%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E', '/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'],
    ["next=/'onfocus=alert(1)", '/&#39;onfocus=alert(1)'],
    ['next=//evil.example', '/home'],
    ['next=javascript:alert(1)', '/home'],
    ['next=%2F%09%2Fevil.example', '/home'],
    ['next=%2Fhome%0D%0ASet-Cookie:a=b', '/home'],
    ['next=/a&next=//evil.example', '/a'],
  ];
  for (const [query, value] of rows) t.equal(valueOfNext(await page({ query })), value, query);
});

t.test('the error is told in words of our own, never in words from the URL', async (t) => {
  const rows: readonly [string, RegExp][] = [
    ['', /^$/],
    ['error=invalid', /^That is not the key\./],
    ['error=throttled&wait=60', /Wait 60 seconds/],
    ['error=throttled', /Wait a while/],
    ['error=throttled&wait=soon', /Wait a while/],
    ['error=throttled&wait=99999', /Wait a while/],
    ['error=throttled&wait=%3Cb%3E', /Wait a while/],
    ['error=%3Cscript%3Ealert(1)%3C/script%3E', /^$/],
    ['error=Call+555-0100+to+unlock', /^$/],
  ];
  for (const [query, words] of rows) {
    const html = await page({ query });
    t.match(errorWords(html), words, query);
    t.notMatch(html, /alert\(1\)|555-0100|<b>/);
  }
});

t.test(
  '"On plain http away from localhost the browser drops a Secure cookie: the page says so"',
  async (t) => {
    const rows: readonly [string, string, string, boolean][] = [
      ['plain http', 'http://studio.example:8000', '', true],
      ['plain http by address', 'http://203.0.113.7:8000', '', true],
      ['https, told by a trusted proxy', 'https://studio.example', '', false],
      [
        'an unknown proxy took TLS off: the browser sends Sec-Fetch-Mode',
        'http://studio.example',
        'navigate',
        false,
      ],
      ['localhost', 'http://localhost:8000', '', false],
      ['localhost, port 80', 'http://localhost', '', false],
      ['127.0.0.1', 'http://127.0.0.1:8000', '', false],
      ['127.9.9.9', 'http://127.9.9.9', '', false],
      ['::1', 'http://[::1]:8000', '', false],
      ['a name that begins like localhost', 'http://localhost.example', '', true],
      ['a name that begins like an address', 'http://127.0.0.1.example', '', true],
    ];
    for (const [what, origin, mode, shown] of rows) {
      const html = await page({ origin, headers: { 'sec-fetch-mode': mode } });
      t.equal(warns(html), shown, what);
    }
  },
);

t.test('nothing of the request but next gets into the page', async (t) => {
  const html = await page({
    origin: 'http://evil"><script>',
    ip: '<ip>',
    headers: { host: '<host>', 'user-agent': '<agent>', referer: '<referer>' },
  });
  t.notMatch(html, /evil|<ip>|<host>|<agent>|<referer>/);
});
