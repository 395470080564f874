import t from 'tap';
import { z } from 'zod';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { rawUpstream } from '../../support/raw-upstream.ts';
import { WITH_KEY } from '../../support/server.ts';
import { startTestStudio } from '../../support/studio.ts';

const Uploaded = z.object({ name: z.string(), subfolder: z.string(), type: z.string() });

t.test('the routes that stream: upload a picture, look at it, run it, fetch what came of it', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, {
    COMFYUI_URL: comfyui.url,
    COMFYUI_AUTHORIZATION: 'Bearer for-comfyui',
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(studio.url + path, { headers: { ...WITH_KEY, ...headers } });

  await t.test('POST /api/run/upload-image passes the form on, and the answer back', async (t) => {
    const form = new FormData();
    form.set('image', new Blob([Buffer.alloc(300_000, 7)]), 'in.png');
    form.set('overwrite', 'true');
    const reply = await fetch(`${studio.url}/api/run/upload-image`, {
      method: 'POST',
      headers: WITH_KEY,
      body: form,
    });
    t.equal(reply.status, 200);
    t.same(Uploaded.parse(await reply.json()), { name: 'in.png', subfolder: '', type: 'input' });
    const asked = await comfyui.requested(({ path }) => path === '/upload/image');
    t.equal(asked.headers.authorization, 'Bearer for-comfyui');
    t.equal(asked.headers['x-api-key'], undefined, 'the key stays here');
  });

  await t.test('an upload that cannot be one is refused in words', async (t) => {
    const rows: readonly [RequestInit, number][] = [
      [{ body: '{}', headers: { ...WITH_KEY, 'Content-Type': 'application/json' } }, 415],
      [{ headers: { ...WITH_KEY, 'Content-Type': 'multipart/form-data; boundary=x' } }, 400],
      [{ body: new FormData(), headers: WITH_KEY }, 400],
    ];
    for (const [init, status] of rows) {
      const reply = await fetch(`${studio.url}/api/run/upload-image`, { method: 'POST', ...init });
      t.equal(reply.status, status);
      t.match(await reply.json(), { detail: String });
    }
    t.equal(
      (await fetch(`${studio.url}/api/run/upload-image`, { method: 'POST', body: new FormData() })).status,
      401,
    );
  });

  await t.test('GET /api/comfyui/view: whole, in part, not changed, not there', async (t) => {
    const path = '/api/comfyui/view?filename=in.png&type=input';
    const whole = await get(path);
    t.equal(whole.status, 200);
    t.equal(whole.headers.get('content-type'), 'image/png');
    t.equal(whole.headers.get('cache-control'), 'private, no-cache');
    t.equal((await whole.arrayBuffer()).byteLength, 300_000);
    const part = await get(path, { Range: 'bytes=10-19' });
    t.equal(part.status, 206);
    t.equal(part.headers.get('content-range'), 'bytes 10-19/300000');
    t.equal((await part.arrayBuffer()).byteLength, 10);
    const same = await get(path, { 'If-None-Match': whole.headers.get('etag') ?? '' });
    t.equal(same.status, 304);
    const beyond = await get(path, { Range: 'bytes=900000-' });
    t.equal(beyond.status, 416);
    t.equal(beyond.headers.get('content-range'), 'bytes */300000');
    t.equal((await get('/api/comfyui/view?filename=nothing.png')).status, 404);
    t.equal((await get('/api/comfyui/view?filename=..%2f..%2fx')).status, 400);
    t.equal((await fetch(studio.url + path)).status, 401);
    const head = await fetch(studio.url + path, { method: 'HEAD', headers: WITH_KEY });
    t.equal(head.status, 200);
    t.equal(head.headers.get('content-length'), '300000');
  });

  await t.test('what is no picture, film or sound runs nothing as Studio', async (t) => {
    const rows: readonly [string, RegExp][] = [
      ['x.svg', /^sandbox/],
      ['x.txt', /^sandbox/],
      ['x.html', /^sandbox/],
      ['x.mp4', /^default-src 'none'/],
    ];
    for (const [name, policy] of rows) {
      comfyui.addFile('output', name, Buffer.from('<script>alert(1)</script>'));
      const reply = await get(`/api/comfyui/view?filename=${name}`);
      t.match(reply.headers.get('content-security-policy'), policy, name);
      t.equal(reply.headers.get('x-content-type-options'), 'nosniff');
    }
  });
});

t.test('GET /api/run/result/{prompt_id}', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(studio.url + path, { headers: { ...WITH_KEY, ...headers } });
  const prompt = {
    1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 2, color: 0 } },
    2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'mine' } },
    3: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'more' } },
  };
  const started = await fetch(`${studio.url}/api/run`, {
    method: 'POST',
    headers: WITH_KEY,
    body: JSON.stringify({ prompt }),
  });
  const { prompt_id: id } = z.object({ prompt_id: z.string() }).parse(await started.json());
  await new Promise<void>((resolve) => {
    const look = () => studio.context.runs.get(id)?.status === 'completed' && resolve();
    const stop = studio.context.runs.watch({ progress: look });
    t.teardown(stop);
    look();
  });

  const first = await get(`/api/run/result/${id}`);
  t.equal(first.status, 200);
  t.equal(first.headers.get('content-type'), 'image/png');
  t.equal(first.headers.get('content-disposition'), 'inline; filename="mine_00001_.png"');
  t.match(
    Buffer.from(await first.arrayBuffer())
      .subarray(1, 4)
      .toString(),
    'PNG',
  );
  const second = await get(`/api/run/result/${id}?index=1&download=1&kind=image`, {
    Range: 'bytes=0-3',
  });
  t.equal(second.status, 206);
  t.equal(second.headers.get('content-disposition'), 'attachment; filename="more_00001_.png"');

  const list = await get(`/api/run/result/${id}?list=1`);
  t.match(await list.json(), {
    outputs: [{ filename: 'mine_00001_.png', node_id: '2' }, { filename: 'more_00001_.png' }],
  });
  const refused: readonly [string, number, RegExp][] = [
    [`${id}?index=2`, 404, /has 2/],
    [`${id}?node=2&index=1`, 404, /has 1/],
    [`${id}?kind=video`, 404, /None of the run's files/],
    [`${id}?kind=x`, 400, /kind/],
    [`${id}?index=-1`, 400, /index/],
    ['nothing', 404, /No such run/],
  ];
  for (const [path, status, detail] of refused) {
    const reply = await get(`/api/run/result/${path}`);
    t.equal(reply.status, status, path);
    t.match(await reply.json(), { detail });
  }
});

t.test('what ComfyUI says wrongly about a file is an error of its own, in words', async (t) => {
  const answers: readonly [string, number][] = [
    ['HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nabc', 502],
    ['HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n', 502],
    ['HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n', 502],
    ['', 502],
  ];
  for (const [bytes, status] of answers) {
    const raw = await rawUpstream(t, ({ socket }, head) => {
      if (head.includes('/view')) socket.end(bytes);
    });
    const studio = await startTestStudio(t, { COMFYUI_URL: raw.url });
    const reply = await fetch(`${studio.url}/api/comfyui/view?filename=x`, { headers: WITH_KEY });
    t.equal(reply.status, status, bytes);
    t.match(await reply.json(), { detail: String });
  }
});

t.test('a file may have any name, and what else is not ASCII is left out', async (t) => {
  const rows: readonly [sent: string, header: string, expected: string | null][] = [
    ['Content-Disposition: filename="a.png"', 'content-disposition', 'inline; filename="a.png"'],
    [
      'Content-Disposition: filename="\u00fc.png"',
      'content-disposition',
      'inline; filename="_.png"; filename*=UTF-8\'\'%C3%BC.png',
    ],
    ['Content-Disposition: attachment; x=\u00fc', 'content-disposition', 'attachment'],
    ['ETag: "\u00fc"', 'etag', null],
  ];
  for (const [sent, header, expected] of rows) {
    const raw = await rawUpstream(t, ({ socket }, head) => {
      if (head.includes('/view')) socket.write(`HTTP/1.1 200 OK\r\n${sent}\r\nContent-Length: 3\r\n\r\nabc`);
    });
    const studio = await startTestStudio(t, { COMFYUI_URL: raw.url });
    const reply = await fetch(`${studio.url}/api/comfyui/view?filename=x`, { headers: WITH_KEY });
    t.equal(reply.status, 200, sent);
    t.equal(reply.headers.get(header), expected, sent);
    t.equal(await reply.text(), 'abc');
  }
});
