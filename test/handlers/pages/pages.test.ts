import t from 'tap';
import { health } from '../../../handlers/health.ts';
import { historyPage } from '../../../handlers/pages/history.ts';
import { homePage } from '../../../handlers/pages/home.ts';
import { root } from '../../../handlers/pages/root.ts';
import { makeContext } from '../../support/handler.ts';

t.test('"/api/health ({"status":"ok"})", and nothing about anything else', async (t) => {
  t.match(health(), { status: 200, body: '{"status":"ok"}' });
});

t.test('/ leads to /home', async (t) => {
  t.match(root(), { status: 302, headers: { Location: '/home' } });
});

t.test('/home is a page that its script fills, with a word for those without scripts', async (t) => {
  const reply = homePage(await makeContext());
  t.equal(reply.status, 200);
  t.match(reply.body, '<script type="module" src="/static/assets/home.tsx.js">');
  t.match(reply.body, '<noscript>');
  t.match(reply.headers['Content-Security-Policy'], "frame-ancestors 'none'");
  t.equal(reply.headers['Cache-Control'], undefined, 'so it goes out as no-store');
});

t.test('/history is a page of the same kind, which may play what is on this origin', async (t) => {
  const reply = historyPage(await makeContext());
  t.match(reply.body, '<script type="module" src="/static/assets/history.tsx.js">');
  t.match(reply.headers['Content-Security-Policy'], "media-src 'self' blob:");
});
