import t from 'tap';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startStandIn } from './support/comfyui/stand-in.ts';
import { KEY } from './support/handler.ts';
import { startTestStudio } from './support/studio.ts';
import { failing, toy } from './support/workflows.ts';

const Progress = z.looseObject({ prompt_id: z.string(), status: z.string(), percent: z.number() });
const Event = z.looseObject({ id: z.number(), type: z.string() });

/** What a browser does with cookies, as far as one origin goes. */
function createBrowser(base: string) {
  let cookie = '';
  return {
    get cookie() {
      return cookie;
    },
    async visit(path: string, init: RequestInit = {}) {
      const headers = new Headers(init.headers);
      if (cookie !== '') headers.set('cookie', cookie);
      const reply = await fetch(base + path, { redirect: 'manual', ...init, headers });
      const set = reply.headers.get('set-cookie');
      if (set !== null) cookie = /Max-Age=0/.test(set) ? '' : (set.split(';', 1)[0] ?? '');
      return reply;
    },
  };
}

/** Opens the stream and keeps all that comes over it. */
async function watch(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/run/ws`, { headers });
  const progress: z.infer<typeof Progress>[] = [];
  const events: z.infer<typeof Event>[] = [];
  const previews: Buffer[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) previews.push(data);
    else {
      const message: unknown = JSON.parse(String(data));
      const run = Progress.safeParse(message);
      if (run.success) progress.push(run.data);
      else events.push(Event.parse(message));
    }
    for (const check of waiting) check();
  });
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { socket, progress, events, previews, until };
}

t.test('login -> home -> run -> progress to 100 % with previews -> logout -> denied', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 20 });
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const browser = createBrowser(studio.url);

  const denied = await browser.visit('/api/auth/session');
  t.equal(denied.status, 401);
  t.equal(
    (
      await browser.visit('/api/auth/login', {
        method: 'POST',
        body: JSON.stringify({ api_key: 'not the key' }),
      })
    ).status,
    401,
  );
  const login = await browser.visit('/api/auth/login', {
    method: 'POST',
    body: JSON.stringify({ api_key: KEY, next: '/home' }),
  });
  t.same(await login.json(), { status: 'ok', redirect: '/home' });

  const home = await browser.visit('/home');
  t.equal(home.status, 200);
  t.match(home.headers.get('content-type'), /^text\/html/);
  const page = await home.text();
  t.match(page, /<script type="module" src="\/static\//);
  const script = /src="(\/static\/[^"]+)"/.exec(page)?.[1] ?? '';
  t.equal(
    (await fetch(studio.url + script)).headers.get('cache-control'),
    'public, max-age=31536000, immutable',
  );

  const viewer = await watch(studio.url, { cookie: browser.cookie, origin: studio.url });
  await viewer.until(() => viewer.events.some((event) => event.type === 'comfyui.connected'));

  const started = await browser.visit('/api/run', {
    method: 'POST',
    body: JSON.stringify({ prompt: toy(6, 'jpeg', 1) }),
  });
  t.equal(started.status, 200);
  const { prompt_id: id } = z.object({ prompt_id: z.string() }).parse(await started.json());
  await viewer.until(() => viewer.progress.some((run) => run.prompt_id === id && run.status === 'completed'));
  const percents = viewer.progress.filter((run) => run.prompt_id === id).map((run) => run.percent);
  t.equal(percents.at(-1), 100);
  t.same(
    percents,
    [...percents].sort((a, b) => a - b),
    'percent never falls',
  );
  t.ok(percents.length > 2, 'and there is something to watch in between');
  t.ok(viewer.previews.length > 0);
  t.ok(
    viewer.previews.every((image) => image.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))),
    'JPEG',
  );
  t.same(
    viewer.events.map((event) => event.type).filter((type) => type.startsWith('job.')),
    ['job.queued', 'job.started', 'job.completed'],
  );

  const status = await browser.visit(`/api/run/status/${id}`);
  t.match(await status.json(), { prompt_id: id, status: 'completed', percent: 100, error: null });
  t.equal((await browser.visit('/api/run/status/unknown')).status, 404);

  const out = await browser.visit('/api/auth/logout', { method: 'POST' });
  t.equal(out.status, 302);
  t.equal(out.headers.get('location'), '/login');
  t.equal(browser.cookie, '');
  t.equal((await browser.visit('/api/auth/session')).status, 401);
  viewer.socket.close();

  t.notMatch(
    studio.logged.join(''),
    new RegExp(`${KEY}|authenticated:\\d+\\.[0-9a-f]`),
    'no key and no token in any log line',
  );
});

t.test('a script with the key alone: run, failure in words, cancel', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 20 });
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const headers = { 'X-API-Key': KEY };
  const post = async (path: string, body?: unknown) => {
    const reply = await fetch(studio.url + path, {
      method: 'POST',
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    t.equal(reply.headers.get('set-cookie'), null, 'a key gets no cookie');
    return { status: reply.status, body: z.looseObject({}).parse(await reply.json()) };
  };
  const viewer = await watch(studio.url, headers);
  await viewer.until(() => viewer.events.some((event) => event.type === 'comfyui.connected'));
  const ends = (id: unknown) => {
    const last = () => viewer.progress.filter((run) => run.prompt_id === id).at(-1);
    return viewer
      .until(() => ['completed', 'error', 'cancelled', 'stalled'].includes(last()?.status ?? ''))
      .then(last);
  };

  const failed = await post('/api/run', { prompt: failing(2, 2) });
  t.match(await ends(failed.body.prompt_id), {
    status: 'error',
    error: { message: /boom/, node_type: 'FailNode' },
  });

  const invalid = await post('/api/run', { prompt: { 1: { class_type: 'NoSuchNode', inputs: {} } } });
  t.equal(invalid.status, 400);
  t.type(invalid.body.detail, 'string');
  t.match(invalid.body, { error: { type: /./, message: /./ } }, "ComfyUI's own words are passed on");

  const seeded = JSON.stringify({ prompt: toy(1, 'none', 9) }).replace(
    '"seed":9',
    '"seed":18446744073709551615',
  );
  const large = await fetch(`${studio.url}/api/run`, { method: 'POST', headers, body: seeded });
  t.equal(large.status, 200);
  const submitted = comfyui.requests
    .filter(({ method, path }) => method === 'POST' && path === '/prompt')
    .at(-1);
  t.match(
    submitted?.body?.toString(),
    '"seed":18446744073709551615',
    'a seed beyond 2^53 arrives as it was sent',
  );
  await ends(z.object({ prompt_id: z.string() }).parse(await large.json()).prompt_id);

  comfyui.hold(1);
  const running = await post('/api/run', { prompt: toy(50, 'none', 3) });
  await viewer.until(() =>
    viewer.progress.some((run) => run.prompt_id === running.body.prompt_id && run.status === 'running'),
  );
  const waiting = await post('/api/run', { prompt: toy(50, 'none', 4) });
  for (const run of [waiting, running]) {
    t.same(await post(`/api/run/cancel/${run.body.prompt_id}`), {
      status: 200,
      body: { status: 'cancelling' },
    });
    t.match(await ends(run.body.prompt_id), { status: 'cancelled' });
  }
  t.equal((await post(`/api/run/cancel/${running.body.prompt_id}`)).status, 409, 'it is over already');
  t.equal((await post('/api/run/cancel/unknown')).status, 404);
  viewer.socket.close();
});

t.test('without ComfyUI Studio serves, says so, and recovers by itself', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 5 });
  t.teardown(() => comfyui.close());
  await comfyui.stopListening();
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const headers = { 'X-API-Key': KEY };
  const viewer = await watch(studio.url, headers);
  await viewer.until(() => viewer.events.some((event) => event.type === 'comfyui.disconnected'));
  const refused = await fetch(`${studio.url}/api/run`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ prompt: toy(1, 'none', 5) }),
  });
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '3');
  t.match(await refused.json(), { detail: /ComfyUI/ });
  t.equal((await fetch(`${studio.url}/api/health`)).status, 200);
  await comfyui.listenAgain();
  await viewer.until(() => viewer.events.some((event) => event.type === 'comfyui.connected'));
  const accepted = await fetch(`${studio.url}/api/run`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ prompt: toy(1, 'none', 5) }),
  });
  t.equal(accepted.status, 200);
  await viewer.until(() => viewer.progress.some((run) => run.status === 'completed'));
  viewer.socket.close();
});
