import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import t from 'tap';
import { z } from 'zod';
import { routes } from '../../../handlers/routes.ts';
import { KEY } from '../../support/handler.ts';
import { parseExposition } from '../../support/prometheus-text.ts';
import { WITH_KEY } from '../../support/server.ts';
import { startTestStudio } from '../../support/studio.ts';

const isLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('/prom-client/'));

async function scrape(url: string) {
  const reply = await fetch(`${url}/api/metrics`, { headers: WITH_KEY });
  const text = await reply.text();
  const families = parseExposition(text);
  return {
    reply,
    text,
    families,
    value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
      return families
        .get(name)
        ?.samples.find((sample) =>
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
        )?.value;
    },
  };
}

t.test('prom-client is loaded at the first scrape, and not before', async (t) => {
  const { url } = await startTestStudio(t);
  t.notOk(isLoaded());
  await scrape(url);
  t.ok(isLoaded());
});

t.test('only who is let in may read it; Prometheus by its bearer token', async (t) => {
  const { url } = await startTestStudio(t);
  t.equal((await fetch(`${url}/api/metrics`)).status, 401);
  const reply = await fetch(`${url}/api/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
  t.equal(reply.status, 200);
  t.equal(reply.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  t.equal(reply.headers.get('cache-control'), 'no-store');
  parseExposition(await reply.text());
});

t.test('what happens at the door is counted', async (t) => {
  const { url, context } = await startTestStudio(t);
  const ask = async (path: string, init: RequestInit = {}) => (await fetch(url + path, init)).text();
  await ask('/api/health');
  await ask('/api/health', { method: 'HEAD' });
  await ask('/api/run/status/a-run', { headers: WITH_KEY });
  await ask('/api/auth/session');
  await ask('/api/auth/session', { headers: { 'x-api-key': 'wrong' } });
  await ask('/comfyui/object_info', { headers: WITH_KEY });
  await ask('/api/a%2Fb');
  context.maintenance.enter('hand');
  await ask('/api/health');
  context.maintenance.leave('enough');
  const { value } = await scrape(url);
  const requests = (labels: Record<string, string>) => value('studio_http_requests_total', labels);
  t.equal(requests({ method: 'GET', route: '/api/health', status: '2xx' }), 2);
  t.equal(requests({ route: '/api/health', status: '5xx' }), 1);
  t.equal(requests({ route: '/api/run/status/:prompt_id', status: '4xx' }), 1);
  t.equal(requests({ route: '/api/auth/session', status: '4xx' }), 2);
  t.equal(requests({ route: '/comfyui/*', status: '5xx' }), 1);
  t.equal(requests({ route: '(refused)', status: '4xx' }), 1);
  t.equal(value('studio_denied_total', { reason: 'not_authenticated' }), 2);
  t.equal(value('studio_denied_total', { reason: 'maintenance' }), 1);
  t.equal(value('studio_keys_refused_total', { reason: 'wrong' }), 1);
  t.equal(value('studio_guard_refusals_total', { reason: 'target' }), 1);
  t.equal(value('studio_maintenances_total'), 1);
  t.equal(value('studio_storage_writable'), 1);
  t.equal(value('studio_comfyui_up'), 0, 'nothing answers there');
  t.equal(value('studio_comfyui_answer_seconds'), undefined);
});

t.test('every passed-on request is timed, here and at ComfyUI', async (t) => {
  const { url } = await startTestStudio(t);
  for (let count = 0; count < 3; count += 1)
    await (await fetch(`${url}/comfyui/object_info`, { headers: WITH_KEY })).text();
  const { families } = await scrape(url);
  const count = (family: string, labels: Record<string, string>) =>
    families
      .get(family)
      ?.samples.filter(({ name }) => name === `${family}_count`)
      .find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value;
  t.equal(count('studio_http_request_duration_seconds', { route: '/comfyui/*' }), 3);
  t.equal(count('studio_comfyui_request_duration_seconds', { outcome: 'failed' }), 3);
  t.equal(count('studio_comfyui_request_duration_seconds', { outcome: 'answered' }), 0);
});

t.test('a thousand paths and ids make no more series, and none of them is told', async (t) => {
  const { url, context } = await startTestStudio(t);
  const visit = async (mark: string) => {
    for (const path of [`/${mark}`, `/api/run/status/${mark}`, `/api/${mark}/x`, `/comfyui/${mark}`])
      await (await fetch(url + path, { headers: WITH_KEY, method: 'GET' })).text();
  };
  // All that a path can become: known, unknown, passed on.
  await visit('first');
  await fetch(`${url}/api/health`, { method: 'PROPFIND' });
  // The scrapes themselves are counted, from the second on.
  await scrape(url);
  const before = await scrape(url);
  for (let index = 0; index < 250; index += 1) await visit(`secret-path-${index}`);
  const after = await scrape(url);
  const own = ({ families }: typeof before) =>
    [...families.values()].filter(({ name }) => name.startsWith('studio_')).flatMap(({ samples }) => samples);
  const series = (found: typeof before) =>
    own(found).map(({ name, labels }) => `${name}${JSON.stringify(labels)}`);
  // Sampling may time a row for the first time.
  const added = series(after).filter((each) => !series(before).includes(each));
  t.same(
    added.filter((each) => !each.startsWith('studio_http_request_duration_seconds')),
    [],
  );
  const patterns = new Set(['(refused)', '/*', ...routes.map(({ path }) => path)]);
  for (const { labels } of own(after)) if (labels.route !== undefined) t.ok(patterns.has(labels.route));
  t.notMatch(after.text, /secret-path/);
  t.notMatch(after.text, KEY);
  t.notMatch(after.text, context.config.studioDir);
});

t.test("names keep to Prometheus's conventions", async (t) => {
  const { url } = await startTestStudio(t);
  const { families } = await scrape(url);
  for (const { name, type, help } of families.values()) {
    if (!name.startsWith('studio_')) continue;
    t.equal(name.endsWith('_total'), type === 'counter', name);
    if (type === 'histogram') t.match(name, /_seconds$/);
    t.notMatch(name, /milli|_ms|kilo|percent/, name);
    t.match(help, /\.$/, name);
  }
});

const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});

t.test('the dashboard asks for metrics that there are, and for each of our own', async (t) => {
  const { url } = await startTestStudio(t);
  const { families } = await scrape(url);
  const text = readFileSync(new URL('../../../deploy/grafana/comfyui-studio.json', import.meta.url), 'utf8');
  const { panels } = Dashboard.parse(JSON.parse(text));
  const asked = new Set<string>();
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const names = expr.match(/\b(?:studio|process|nodejs)_[a-z0-9_]+/g) ?? [];
      t.ok(names.length > 0, `${title}: ${expr}`);
      for (const name of names) asked.add(families.has(name) ? name : name.replace(/_bucket$/, ''));
    }
  }
  for (const name of asked) t.ok(families.has(name), name);
  const own = [...families.keys()].filter((name) => name.startsWith('studio_'));
  t.same(
    own.filter((name) => !asked.has(name)),
    [],
  );
});
