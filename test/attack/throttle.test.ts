import t from 'tap';
import { KEY } from '../support/handler.ts';
import { startTestStudio, type TestStudio } from '../support/studio.ts';
import { get } from './row.ts';
import { talk } from './wire.ts';

const TARGET = '/api/auth/session';
const WRONG = 'X-API-Key: wrong-key-wrong-key';

const status = async (studio: TestStudio, request: string): Promise<number | undefined> =>
  (await talk(studio.port, [Buffer.from(request, 'latin1')], { replies: 1 })).replies[0]?.status;

const addresses = async (studio: TestStudio): Promise<unknown[]> =>
  (await studio.context.events.since(0))
    .filter(({ type }) => type === 'auth.failed')
    .map(({ data }) => data.ip);

t.test(
  'a new X-Forwarded-For with every guess from a peer that is not trusted: limited by the peer',
  async (t) => {
    const studio = await startTestStudio(t);
    for (let n = 1; n <= 5; n += 1)
      t.equal(await status(studio, get(TARGET, WRONG, `X-Forwarded-For: 203.0.113.${n}`)), 401);
    for (const headers of [
      [],
      ['X-Forwarded-For: 203.0.113.6'],
      ['X-Real-IP: 203.0.113.7'],
      ['Forwarded: for=1.2.3.4'],
    ])
      t.equal(await status(studio, get(TARGET, WRONG, ...headers)), 429);
    t.same(await addresses(studio), ['127.0.0.1'], 'all of them in one event');
  },
);

t.test(
  'from a trusted peer: by the rightmost address that is not trusted, whatever stands before it',
  async (t) => {
    const studio = await startTestStudio(t, { TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' });
    const from = (...lines: string[]) => lines.map((line) => `X-Forwarded-For: ${line}`);
    const guesses = [
      ['1.2.3.4, 203.0.113.9'],
      ['203.0.113.9, 10.1.2.3'],
      ['5.6.7.8', '203.0.113.9'],
      ['127.0.0.1, 10.0.0.1, 203.0.113.9, 10.0.0.2'],
      ['not-an-address, 203.0.113.9'],
    ];
    for (const lines of guesses) t.equal(await status(studio, get(TARGET, WRONG, ...from(...lines))), 401);
    t.same(await addresses(studio), ['203.0.113.9'], 'all of them in one event');
    t.equal(await status(studio, get(TARGET, `X-API-Key: ${KEY}`, ...from('9.9.9.9, 203.0.113.9'))), 429);
  },
);

t.test("someone else's failures lock out nobody but them, and no session that is open", async (t) => {
  const studio = await startTestStudio(t, { TRUSTED_PROXIES: '127.0.0.1' });
  const cookie = studio.context.sessions.cookieAt(studio.context.now()).split(';', 1)[0];
  const from = (address: string) => `X-Forwarded-For: ${address}`;
  for (let n = 0; n < 6; n += 1) await status(studio, get(TARGET, WRONG, from('203.0.113.9')));
  t.equal(await status(studio, get(TARGET, `X-API-Key: ${KEY}`, from('203.0.113.9'))), 429);
  t.equal(await status(studio, get(TARGET, `Cookie: ${cookie}`, from('203.0.113.9'))), 200);
  t.equal(await status(studio, get(TARGET, `X-API-Key: ${KEY}`, from('203.0.113.10'))), 200);
  t.equal(await status(studio, get(TARGET, `X-API-Key: ${KEY}`)), 200);
});

t.test('a PROXY protocol preamble from a client is not believed', async (t) => {
  const studio = await startTestStudio(t, { TRUSTED_PROXIES: '127.0.0.1' });
  // Version 2: uWebSockets.js takes it off, and keeps the address for whoever asks for it by another name.
  const preamble = '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x50\0\x50';
  t.equal(await status(studio, preamble + get(TARGET, WRONG)), 401);
  t.same(await addresses(studio), ['127.0.0.1']);
});
