import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { forward, json, type Reply, stream } from '../../../core/http/reply.ts';
import type { Request } from '../../../core/http/request.ts';
import { bytesOf, ScriptedSource, sourceOf } from '../../support/byte-stream.ts';
import { sendRaw } from '../../support/raw.ts';
import { row, serveRoutes, WITH_KEY } from '../../support/server.ts';

const KEY_LINE = `X-API-Key: ${WITH_KEY['X-API-Key']}\r\n`;
const post = (path: string, lines: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\n${KEY_LINE}${lines}\r\n`;
const NO_HEADERS = {};

/** Answers with the body it got, when it has got it. */
async function echo(_context: unknown, request: Request): Promise<Reply> {
  const body = request.stream();
  return json(body === null ? null : (await bytesOf(body)).toString('latin1'));
}

t.test('a handler that streams is called with the head, and reads the body as it comes', async (t) => {
  const called: Request[] = [];
  const { port } = await serveRoutes(t, [
    row(
      '/up',
      (context, request) => {
        called.push(request);
        return echo(context, request);
      },
      { method: 'POST', body: 'stream' },
    ),
  ]);
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.write(post('/up', 'Content-Length: 10\r\n'));
  while (called.length === 0) await new Promise(setImmediate);
  t.equal(called[0]?.headers.get('content-length'), '10');
  socket.write('hello');
  socket.write('world');
  const [reply] = await once(socket, 'data');
  t.match(String(reply), /\r\n\r\n"helloworld"$/);
});

t.test('sized, chunked, empty or none: the body is the same however it is split', async (t) => {
  const { port } = await serveRoutes(t, [row('/up', echo, { method: 'POST', body: 'stream' })]);
  const rows: readonly [string, string, string, boolean][] = [
    ['sized', `Content-Length: 5\r\n`, 'hello', false],
    ['empty', `Content-Length: 0\r\n`, '', false],
    ['none', '', '', false],
    ['chunked', 'Transfer-Encoding: chunked\r\n', '3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n', true],
    ['chunked and empty', 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n', true],
  ];
  for (const [name, lines, body, closes] of rows) {
    const bytes = post('/up', lines) + body;
    const expected = name === 'empty' || name === 'none' ? 'null' : name.includes('empty') ? '""' : '"hello"';
    for (const parts of [[bytes], [bytes.slice(0, -1), bytes.slice(-1)], [...bytes]]) {
      const { replies, closed } = await sendRaw(port, parts);
      t.equal(replies[0]?.body, expected, `${name}, in ${parts.length}`);
      t.equal(closed, closes, `${name}: ${closes ? 'the last on its connection' : 'the connection goes on'}`);
    }
  }
});

t.test(
  'a reader that is full when the last of the body comes does not hold up the next request',
  async (t) => {
    const { port } = await serveRoutes(t, [
      row(
        '/full',
        (_context, request) =>
          new Promise((resolve) => {
            const body = request.stream();
            body?.open({ write: () => body.pause(), end: () => resolve(json('done')), fail: () => {} });
          }),
        { method: 'POST', body: 'stream' },
      ),
    ]);
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    for (let n = 0; n < 3; n += 1) {
      socket.write(`${post('/full', 'Content-Length: 5\r\n')}hello`);
      const [reply] = await once(socket, 'data');
      t.match(String(reply), /"done"$/, `request ${n}`);
    }
  },
);

t.test('a body over the limit is 413, declared or not', async (t) => {
  const { port } = await serveRoutes(t, [
    row('/up', echo, { method: 'POST', body: 'stream', bodyLimit: 10 }),
  ]);
  const declared = await sendRaw(port, `${post('/up', 'Content-Length: 11\r\n')}x`);
  t.equal(declared.replies[0]?.status, 413);
  t.ok(declared.closed);
  const chunked = await sendRaw(port, `${post('/up', 'Transfer-Encoding: chunked\r\n')}b\r\nhello world\r\n`);
  t.equal(chunked.replies[0]?.status, 413);
  t.ok(chunked.closed);
});

t.test('a reply before the body was read closes the connection, and what follows never runs', async (t) => {
  let runs = 0;
  const { port } = await serveRoutes(t, [
    row(
      '/refuse',
      () => {
        throw new HttpError(415, 'no');
      },
      { method: 'POST', body: 'stream' },
    ),
    row('/refuse', () => json('read nothing'), { method: 'PUT', body: 'stream' }),
    row('/act', () => json(++runs)),
  ]);
  const act = `GET /act HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`;
  for (const method of ['POST', 'PUT']) {
    for (const [lines, body] of [
      ['Content-Length: 5\r\n', 'hel'],
      ['Content-Length: 5\r\n', 'hello'],
      ['Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n'],
      ['Transfer-Encoding: chunked\r\n', 'g\r\n'],
    ] as const) {
      const bytes = post('/refuse', lines).replace('POST', method) + body;
      const { closed } = await sendRaw(port, bytes + act);
      t.ok(closed, `${method} ${lines} ${body}`);
      t.equal(runs, 0, 'nothing behind it ran');
    }
  }
});

t.test(
  'the rest of a body that nobody wanted is read, thrown away, and never taken for a request',
  async (t) => {
    let runs = 0;
    const { port } = await serveRoutes(t, [
      row('/refuse', () => json('read nothing'), { method: 'POST', body: 'stream' }),
      row('/act', () => json(++runs)),
    ]);
    const act = `GET /act HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`;
    const rest = act.repeat(20_000);
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.write(post('/refuse', `Content-Length: ${1 + rest.length}\r\n`) + act.slice(0, 1));
    const [first] = await once(socket, 'data');
    t.match(String(first), /"read nothing"$/, 'the reply is there before the body');
    socket.write(rest);
    socket.write(act);
    const [second] = await once(socket, 'data');
    t.match(String(second), /\r\n\r\n1$/, 'the first thing that ran is what came after it');
    t.equal(runs, 1);
  },
);

t.test('what is hidden behind a chunked body is never run, whenever it comes', async (t) => {
  let runs = 0;
  const source = new ScriptedSource(6);
  const { port } = await serveRoutes(t, [
    row('/up', echo, { method: 'POST', body: 'stream' }),
    row(
      '/slow',
      async (context, request) => {
        await echo(context, request);
        return stream(source, NO_HEADERS);
      },
      { method: 'POST', body: 'stream' },
    ),
    row('/act', () => json(++runs)),
  ]);
  const chunked = 'Transfer-Encoding: chunked\r\n';
  const act = `GET /act HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`;
  const together = await sendRaw(port, `${post('/up', chunked)}5\r\nhello\r\n0\r\n\r\n${act}`);
  t.ok(together.closed);
  const after = await sendRaw(port, [`${post('/up', chunked)}5\r\nhello\r\n0\r\n\r\n`, act]);
  t.ok(after.closed);

  // With a reply that streams: uWebSockets.js cannot close after it, so nothing more may be read.
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.write(`${post('/slow', chunked)}5\r\nhello\r\n0\r\n\r\n`);
  await source.until('open');
  source.sink.write(Buffer.from('foo'));
  source.sink.write(Buffer.from('bar'));
  source.sink.end();
  while (!text.endsWith('foobar')) await once(socket, 'data');
  t.match(text, /\r\nConnection: close\r\n/);
  socket.write(act);
  // Others are served meanwhile, and each time the server looks at all its connections.
  for (let n = 0; n < 5; n += 1) await sendRaw(port, `GET /none HTTP/1.1\r\nHost: x\r\n\r\n`);
  t.notMatch(text, /foobar./s);
  t.equal(runs, 0);
});

t.test('a reply that streams: its length when known, else chunks; and the connection goes on', async (t) => {
  const { url, port, cookie } = await serveRoutes(t, [
    row('/sized', () => stream(sourceOf(Buffer.from('hello')), { 'X-A': 'b' })),
    row('/empty', () => stream(sourceOf(Buffer.alloc(0)), NO_HEADERS)),
    row('/unknown', () => stream({ ...sourceOf(Buffer.from('hello')), length: null }, NO_HEADERS)),
    row('/partial', () => stream(sourceOf(Buffer.from('ell')), { 'Content-Range': 'bytes 1-3/5' }, 206)),
  ]);
  const rows: readonly [string, number, string, string | null][] = [
    ['/sized', 200, 'hello', '5'],
    ['/empty', 200, '', '0'],
    ['/unknown', 200, 'hello', null],
    ['/partial', 206, 'ell', '3'],
  ];
  for (const [path, status, body, length] of rows) {
    const reply = await fetch(url + path, { headers: { cookie } });
    t.equal(reply.status, status);
    t.equal(await reply.text(), body);
    t.equal(reply.headers.get('content-length'), length);
    t.match(reply.headers.get('set-cookie'), /^session=/, 'with a renewed cookie');
    t.equal(reply.headers.get('cache-control'), 'no-store');
    t.equal(reply.headers.get('x-content-type-options'), 'nosniff');
    const get = `GET ${path} HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`;
    t.notOk((await sendRaw(port, get)).closed, `${path}: the connection can be used again`);
    const head = await sendRaw(port, get.replace('GET', 'HEAD'), true);
    t.equal(head.replies[0]?.headers.get('content-length') ?? null, length, 'HEAD: the same, and no body');
    t.equal(head.replies[0]?.headers.get('transfer-encoding'), undefined);
  }
});

t.test("another server's lines go out as they are, with the cookie and without Studio's own", async (t) => {
  const lines = 'X-A: b\xe4\r\nx-a: c\r\nContent-Type: text/html\r\nCache-Control: private';
  const { port, cookie } = await serveRoutes(t, [
    row('/f', () => forward(200, lines, Buffer.from('hi'))),
    row('/none', () => forward(304, lines, Buffer.from(''))),
    row('/split', () => forward(200, 'X: a\r\n\r\nsmuggled', Buffer.from(''))),
  ]);
  const get = (path: string) => sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\n\r\n`);
  const [reply] = (await get('/f')).replies;
  t.equal(reply?.body, 'hi');
  t.equal(reply?.headers.get('x-a'), 'b\xe4\nc');
  t.equal(reply?.headers.get('cache-control'), 'private');
  t.match(reply?.headers.get('set-cookie'), /^session=/);
  t.equal(reply?.headers.get('content-security-policy'), undefined);
  const [notModified] = (await get('/none')).replies;
  t.equal(notModified?.status, 304);
  t.equal(notModified?.headers.get('content-length'), undefined);
  t.equal((await get('/split')).replies[0]?.status, 500, 'a line break in them is never written');
});

t.test('when the client goes away the source is aborted, and so is what the handler waits for', async (t) => {
  for (const length of [1_000_000, null]) {
    const source = new ScriptedSource(length);
    let gone = (): void => {};
    const told = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const { port } = await serveRoutes(t, [
      row('/s', () => stream(source, NO_HEADERS)),
      row('/w', (_context, request) => new Promise(() => request.onGone(gone)), { body: 'stream' }),
    ]);
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /s HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`);
    await source.until('open');
    source.sink.write(Buffer.from('hello'));
    await once(socket, 'data');
    socket.destroy();
    await source.until('abort');
    source.sink.write(Buffer.from('late'));
    source.sink.end();

    const waiting = connect(port, '127.0.0.1');
    waiting.write(`GET /w HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`);
    await new Promise(setImmediate);
    await once(waiting, 'ready').catch(() => {});
    setImmediate(() => waiting.end());
    await told;
    t.same(source.asked, ['open', 'abort'], 'and nothing harmful came of what the source said afterwards');
  }
});

t.test('a source that breaks off, or is not as long as it said, cuts the connection', async (t) => {
  const cases: readonly [string, number | null, (source: ScriptedSource) => void][] = [
    ['fails', 10, ({ sink }) => sink.fail(new Error('gone'))],
    ['fails', null, ({ sink }) => sink.fail(new Error('gone'))],
    ['is too short', 10, ({ sink }) => sink.end()],
    ['is too long', 6, ({ sink }) => sink.write(Buffer.from('more'))],
  ];
  for (const [name, length, end] of cases) {
    const source = new ScriptedSource(length);
    const { url } = await serveRoutes(t, [row('/s', () => stream(source, NO_HEADERS))]);
    const reply = fetch(`${url}/s`, { headers: WITH_KEY });
    await source.until('open');
    source.sink.write(Buffer.from('hello'));
    const { body } = await reply;
    end(source);
    await t.rejects(new Response(body).text(), `${name}: the client does not take it for the whole`);
  }
});

t.test('a client that reads slowly stops the source; nothing is lost', async (t) => {
  const size = 16 * 1024 * 1024;
  for (const length of [size, null]) {
    const source = new ScriptedSource(length);
    const { port } = await serveRoutes(t, [row('/s', () => stream(source, NO_HEADERS))]);
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.pause();
    socket.write(`GET /s HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`);
    await source.until('open');
    const chunk = Buffer.alloc(64 * 1024, 'abcdefghijklmno');
    let sent = 0;
    let received = 0;
    const isPaused = () => source.asked.lastIndexOf('pause') > source.asked.lastIndexOf('resume');
    while (sent < size && !isPaused()) {
      source.sink.write(chunk);
      sent += chunk.length;
    }
    t.ok(sent < size, 'it was told to pause before all was sent');
    // A chunk that was on its way is not lost either.
    source.sink.write(chunk);
    sent += chunk.length;
    const ended = new Promise<void>((resolve) => {
      let tail = '';
      socket.on('data', (bytes) => {
        received += bytes.length;
        tail = (tail + bytes.subarray(-8).toString('latin1')).slice(-8);
        if (length === null ? tail.endsWith('0\r\n\r\n') : received > size) resolve();
      });
    });
    socket.resume();
    while (sent < size) {
      if (isPaused()) await new Promise(setImmediate);
      else {
        source.sink.write(chunk);
        sent += chunk.length;
      }
    }
    source.sink.end();
    await ended;
    t.ok(received > size, 'all of it arrived');
  }
});

t.test(
  'what is left of an upload is read once a reply that streams is over, and the connection goes on',
  async (t) => {
    for (const length of [5, null]) {
      const source = new ScriptedSource(length);
      const { port } = await serveRoutes(t, [
        row(
          '/early',
          (_context, request) => {
            const body = request.stream();
            // Whoever it goes on to takes nothing of it.
            body?.open({ write: () => body.pause(), end: () => t.fail('it was read'), fail: () => {} });
            return stream(source, NO_HEADERS, 413);
          },
          { method: 'POST', body: 'stream' },
        ),
        row('/next', () => json('the next')),
      ]);
      const socket = connect(port, '127.0.0.1');
      t.teardown(() => socket.destroy());
      socket.write(post('/early', `Content-Length: ${32 * 1024 * 1024}\r\n`));
      socket.write(Buffer.alloc(32 * 1024 * 1024));
      socket.write(`GET /next HTTP/1.1\r\nHost: x\r\n${KEY_LINE}\r\n`);
      let got = '';
      await source.until('open');
      source.sink.write(Buffer.from('large'));
      source.sink.end();
      for await (const chunk of socket) {
        got += String(chunk);
        if (got.includes('the next')) break;
      }
      t.match(got, /^HTTP\/1.1 413 .*large.*HTTP\/1.1 200 .*"the next"$/s);
    }
  },
);

t.test('a request body that nobody reads is not taken', async (t) => {
  const { port } = await serveRoutes(t, [
    row('/never', () => new Promise(() => {}), { method: 'POST', body: 'stream' }),
  ]);
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(post('/never', 'Content-Length: 100000000\r\n'));
  const chunk = Buffer.alloc(1024 * 1024);
  let written = 0;
  // What the system's own buffers take, and no more.
  while (written < 100 && socket.writableLength < 16 * 1024 * 1024) {
    socket.write(chunk);
    written += 1;
    await new Promise(setImmediate);
  }
  t.ok(socket.writableLength >= 8 * 1024 * 1024, 'the client is stopped');
});

t.test('a stop waits for a reply that streams', async (t) => {
  const source = new ScriptedSource(10);
  const { url, server } = await serveRoutes(t, [row('/s', () => stream(source, NO_HEADERS))]);
  const reply = fetch(`${url}/s`, { headers: WITH_KEY });
  await source.until('open');
  source.sink.write(Buffer.from('hello'));
  const { body } = await reply;
  const closed = server.close(5000);
  source.sink.write(Buffer.from('world'));
  source.sink.end();
  t.equal(await new Response(body).text(), 'helloworld');
  await closed;
});
