import t, { type Test } from 'tap';
import { loadConfig } from '../../../core/config.ts';
import { json } from '../../../core/http/reply.ts';
import type { Handler } from '../../../core/http/route.ts';
import { createLog, createSecrets } from '../../../core/log.ts';
import { sendRaw } from '../../support/raw.ts';
import { row, serveRoutes } from '../../support/server.ts';

const whoIsIt: Handler = (_, request) => json({ ip: request.ip, origin: request.origin });
const later: Handler = (context, request) => Promise.resolve().then(() => whoIsIt(context, request));

async function serveBehind(t: Test, trustedProxies: string) {
  const lines: string[] = [];
  const log = await createLog({
    level: 'warn',
    secrets: createSecrets(),
    destination: { write: (line) => lines.push(line) },
  });
  const routes = [
    row('/api/ip', whoIsIt, { access: 'public' }),
    row('/api/late', later, { access: 'public' }),
    row('/api/ip', whoIsIt, { access: 'public', method: 'POST' }),
  ];
  const { port } = await serveRoutes(t, routes, {
    config: loadConfig({ TRUSTED_PROXIES: trustedProxies }),
    log,
  });
  async function ask(request: string, headers: readonly string[]): Promise<unknown> {
    const lines = [`${request} HTTP/1.1`, 'Host: studio.example', 'Connection: close', ...headers, '', ''];
    const [reply] = (await sendRaw(port, lines.join('\r\n'))).replies;
    return JSON.parse(reply?.body ?? 'null');
  }
  return { ask, lines };
}

const REQUESTS = ['GET /api/ip', 'GET /api/late', 'POST /api/ip'];

t.test(
  'a proxy that adds a line of its own, as HAProxy does, is not outvoted by the line of the client',
  async (t) => {
    const { ask } = await serveBehind(t, '127.0.0.1');
    const headers = [
      'X-Forwarded-For: 1.1.1.1',
      'X-Forwarded-Proto: http',
      'X-Forwarded-For: 198.51.100.1',
      'X-Forwarded-Proto: https',
    ];
    for (const request of REQUESTS) {
      const length = request.startsWith('POST') ? ['Content-Length: 0'] : [];
      t.same(
        await ask(request, [...headers, ...length]),
        { ip: '198.51.100.1', origin: 'https://studio.example' },
        request,
      );
      const twoCookies = ['Cookie: a=1', 'Cookie: b=2'];
      if (length.length === 0)
        t.match(
          await ask(request, [...headers, ...twoCookies]),
          { ip: '198.51.100.1' },
          `${request}, another header twice`,
        );
    }
  },
);

t.test('an untrusted peer is the client, whatever it sends', async (t) => {
  const { ask } = await serveBehind(t, '10.0.0.0/8');
  const headers = ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.example'];
  for (const request of REQUESTS.slice(0, 2))
    t.same(await ask(request, headers), { ip: '127.0.0.1', origin: 'http://studio.example' }, request);
});

t.test(
  '"When X-Forwarded-For keeps arriving from an untrusted peer ... say so once in the log"',
  async (t) => {
    const { ask, lines } = await serveBehind(t, '');
    for (let count = 0; count < 9; count += 1) await ask('GET /api/ip', ['X-Forwarded-For: 1.1.1.1']);
    await ask('GET /api/ip', []);
    t.same(lines, []);
    for (let count = 0; count < 5; count += 1) await ask('GET /api/ip', ['X-Forwarded-For: 1.1.1.1']);
    t.equal(lines.length, 1);
    t.match(lines[0], 'add 127.0.0.1/32');
  },
);

t.test('a proxy that is trusted is nothing to warn of', async (t) => {
  const { ask, lines } = await serveBehind(t, '127.0.0.0/8');
  for (let count = 0; count < 12; count += 1) await ask('GET /api/ip', ['X-Forwarded-For: 1.1.1.1']);
  t.same(lines, []);
});
