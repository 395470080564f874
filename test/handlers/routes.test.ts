import t from 'tap';
import type { Route } from '../../core/http/route.ts';
import { routes } from '../../handlers/routes.ts';

const name = ({ method, path }: Route) => `${method} ${path}`;

t.test('"Public: /login, /api/auth/login, /api/health, /static/*. Nothing else, ever."', async (t) => {
  const open = routes.filter(({ access }) => access === 'public').map(name);
  t.same(open.sort(), ['GET /api/health', 'GET /login', 'GET /static/*', 'POST /api/auth/login']);
});

t.test('no route stands twice, and each says what it is for', async (t) => {
  t.equal(new Set(routes.map(name)).size, routes.length);
  for (const route of routes) t.ok(route.summary.length > 3, name(route));
});

/** Where a GET shows what a POST does. */
const READS = ['/login', '/api/admin/system/update'];

t.test('a GET changes nothing: it is not protected against other sites', async (t) => {
  for (const { method, path } of routes)
    if (/login$|logout|cancel|delete|update|rotate/.test(path) && !READS.includes(path))
      t.not(method, 'GET', path);
});
