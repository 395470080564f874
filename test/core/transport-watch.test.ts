import t from 'tap';
import { createTransportWatch, type Transport, transportOf } from '../../core/transport-watch.ts';

t.test('https is https, localhost is what browsers take for it, the rest is plain', async (t) => {
  const rows: readonly [string, Transport][] = [
    ['https://pod.example', 'https'],
    ['http://localhost:8000', 'localhost'],
    ['http://studio.localhost', 'localhost'],
    ['http://127.0.0.1:8000', 'localhost'],
    ['http://127.9.9.9', 'localhost'],
    ['http://[::1]:8000', 'localhost'],
    ['http://pod.example:8000', 'plain'],
    ['http://10.0.0.7:8000', 'plain'],
    ['http://localhost.evil.example', 'plain'],
    ['http://127.0.0.1.evil.example', 'plain'],
    ['http://', 'plain'],
  ];
  for (const [origin, transport] of rows) t.equal(transportOf(origin), transport, origin);
});

t.test('the latest of each is remembered, and nothing else', async (t) => {
  const watch = createTransportWatch();
  watch.login('https://pod.example', 1);
  watch.login('https://other.example', 3);
  watch.cookie('http://10.0.0.7', 2);
  t.same(watch.seen, {
    logins: { https: 3, localhost: null, plain: null },
    cookies: { https: null, localhost: null, plain: 2 },
  });
});
