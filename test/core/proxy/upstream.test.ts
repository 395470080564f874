import type { Test } from 'tap';
import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { targetOf } from '../../../core/proxy/target.ts';
import { createUpstream, type UpstreamOptions, type UpstreamRequest } from '../../../core/proxy/upstream.ts';
import { bytesOf, ScriptedSource } from '../../support/byte-stream.ts';
import { type RawConnection, rawUpstream } from '../../support/raw-upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

function upstreamFor(t: Test, url: string, options: Partial<UpstreamOptions> = {}, authorization?: string) {
  const upstream = createUpstream(targetOf(url, authorization), { timeoutSeconds: 600, ...options });
  t.teardown(() => upstream.close());
  return upstream;
}

function asking(given: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return { method: 'GET', path: '/x', lines: '', body: null, client: { onGone: () => {} }, ...given };
}

/** A client that goes away when the test says so. */
function leavingClient() {
  const callbacks: (() => void)[] = [];
  return {
    onGone: (callback: () => void) => void callbacks.push(callback),
    leave: () => {
      for (const callback of callbacks) callback();
    },
  };
}

const statusOf = (answer: Promise<unknown>): Promise<number> =>
  answer.then(
    () => 0,
    (error: unknown) => (error instanceof HttpError ? error.status : -1),
  );

const answering =
  (bytes: string) =>
  ({ socket }: RawConnection): void => {
    socket.write(Buffer.from(bytes, 'latin1'));
  };

t.test('what is sent: the lines as given, with ComfyUI its own Host, and what frames the body', async (t) => {
  const raw = await rawUpstream(t, answering(OK));
  const upstream = upstreamFor(t, `${raw.url}/base`, {}, 'Bearer abc');
  const host = `Host: 127.0.0.1:${raw.port}\r\nAuthorization: Bearer abc\r\n`;
  const rows: readonly [Partial<UpstreamRequest>, string][] = [
    [
      { path: '/a%2Fb?x=%20', lines: 'accept: */*\r\n' },
      `GET /base/a%2Fb?x=%20 HTTP/1.1\r\n${host}accept: */*\r\n\r\n`,
    ],
    [{ method: 'POST' }, `POST /base/x HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`],
    [{ method: 'DELETE' }, `DELETE /base/x HTTP/1.1\r\n${host}\r\n`],
    [
      { method: 'PUT', body: Buffer.from('hello') },
      `PUT /base/x HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello`,
    ],
  ];
  let expected = '';
  for (const [request, bytes] of rows) {
    const { body } = await upstream.send(asking(request));
    t.equal(String(await bytesOf(body)), 'ok');
    expected += bytes;
  }
  const { received } = await raw.connection(0);
  t.equal(received(), expected);
  t.equal(raw.connections.length, 1, 'one connection carried them all');
});

t.test('a body that streams is sent as it comes, chunked when nobody knows its length', async (t) => {
  const raw = await rawUpstream(t);
  const upstream = upstreamFor(t, raw.url);
  for (const [index, length] of [5, null].entries()) {
    const source = new ScriptedSource(length);
    const answer = upstream.send(asking({ method: 'POST', body: source }));
    await source.until('open');
    const connection = await raw.connection(0);
    const from = connection.received().length;
    const at = () => connection.received().slice(from);
    source.sink.write(Buffer.from('hel'));
    await connection.until(index === 0 ? /\r\n\r\nhel$/ : /\r\n\r\n3\r\nhel\r\n$/);
    source.sink.write(Buffer.from('lo'));
    source.sink.end();
    await connection.until(index === 0 ? /hello$/ : /2\r\nlo\r\n0\r\n\r\n$/);
    t.match(
      at(),
      index === 0 ? /Content-Length: 5\r\n\r\nhello$/ : /Transfer-Encoding: chunked\r\n\r\n3\r\nhel/,
    );
    connection.socket.write(OK);
    await answer;
  }
});

t.test('nobody there is 503 with Retry-After', async (t) => {
  const upstream = upstreamFor(t, 'http://127.0.0.1:9');
  const error = await upstream.send(asking()).catch((reason: unknown) => reason);
  t.match(error, { status: 503, headers: { 'Retry-After': '3' } });
});

t.test('an answer that breaks off before its head is 502, and after it the body fails', async (t) => {
  for (const bytes of ['', 'HTTP/1.1 2', 'HTTP/1.1 100 Continue\r\n\r\n']) {
    const raw = await rawUpstream(t, ({ socket }) => socket.end(bytes));
    t.equal(await statusOf(upstreamFor(t, raw.url).send(asking())), 502, JSON.stringify(bytes));
  }
  const partial = ['Content-Length: 5\r\n\r\nhel', 'Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n'];
  for (const rest of partial) {
    const raw = await rawUpstream(t, ({ socket }) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`));
    const { body } = await upstreamFor(t, raw.url).send(asking());
    t.equal(await statusOf(bytesOf(body)), 502);
  }
});

t.test('an answer that is not clean HTTP is 502, and its connection is not used again', async (t) => {
  const raw = await rawUpstream(
    t,
    answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'),
  );
  const upstream = upstreamFor(t, raw.url);
  t.equal(await statusOf(upstream.send(asking())), 502);
  await (await raw.connection(0)).closed;
  t.equal(await statusOf(upstream.send(asking())), 502);
  t.equal(raw.connections.length, 2);
});

t.test('what comes after an answer is not the next one', async (t) => {
  const raw = await rawUpstream(t, answering(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden`));
  const upstream = upstreamFor(t, raw.url);
  for (let n = 0; n < 3; n += 1) {
    const { body } = await upstream.send(asking());
    t.equal(String(await bytesOf(body)), 'ok');
  }
  t.equal(raw.connections.length, 3, 'each time over a new connection');
});

t.test(
  'a kept connection that turns out to be closed: what is safe is asked again, nothing else',
  async (t) => {
    // Answers once on each connection, and ends it when something more comes.
    const raw = await rawUpstream(t, (connection) => {
      if ((connection.received().match(/HTTP\/1\.1\r\n/g) ?? []).length === 1) connection.socket.write(OK);
      else connection.socket.destroy();
    });
    const upstream = upstreamFor(t, raw.url);
    await upstream.send(asking());
    t.equal((await upstream.send(asking())).status, 200, 'GET: asked again over a new connection');
    t.equal(raw.connections.length, 2);
    t.equal(
      await statusOf(upstream.send(asking({ method: 'POST' }))),
      502,
      'POST: nobody knows if it was heard',
    );
    t.equal(raw.connections.length, 2, 'and it is not asked again');
  },
);

t.test('silence is 504', async (t) => {
  const raw = await rawUpstream(t);
  const status = statusOf(upstreamFor(t, raw.url, { timeoutSeconds: 1 }).send(asking()));
  t.equal(await status, 504);
  await (await raw.connection(0)).closed;
});

t.test('a client that goes away ends the request at ComfyUI at once', async (t) => {
  const raw = await rawUpstream(t);
  const upstream = upstreamFor(t, raw.url);
  const client = leavingClient();
  const gone = t.rejects(upstream.send(asking({ client })));
  const first = await raw.connection(0);
  await first.until(/\r\n\r\n$/);
  client.leave();
  await first.closed;
  await gone;

  const later = leavingClient();
  const next = upstream.send(asking({ client: later }));
  const second = await raw.connection(1);
  await second.until(/\r\n\r\n$/);
  second.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
  await next;
  later.leave();
  await second.closed;
});

t.test(
  'no more connections than allowed; the others wait their turn, and too many are told so',
  async (t) => {
    const raw = await rawUpstream(t);
    const upstream = upstreamFor(t, raw.url, { mostConnections: 2, mostWaiting: 2 });
    const answers = ['/a', '/b', '/c', '/d'].map((path) => upstream.send(asking({ path })));
    t.equal(await statusOf(upstream.send(asking({ path: '/e' }))), 503);
    for (let n = 0; n < 4; n += 1) {
      const connection = await raw.connection(n % 2);
      await connection.until(new RegExp(`(?:HTTP/1.1[^]*){${Math.floor(n / 2) + 1}}`));
      connection.socket.write(OK);
    }
    for (const answer of answers) t.equal((await answer).status, 200);
    t.equal(raw.connections.length, 2);
  },
);

t.test(
  'an answer before the request was sent whole ends both: the connection carries nothing more',
  async (t) => {
    const raw = await rawUpstream(t, answering('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'));
    const upstream = upstreamFor(t, raw.url);
    const source = new ScriptedSource(10);
    t.equal((await upstream.send(asking({ method: 'POST', body: source }))).status, 413);
    await source.until('abort');
    await (await raw.connection(0)).closed;
  },
);

t.test('a request body that breaks off is never sent as a whole one', async (t) => {
  for (const length of [10, null]) {
    const raw = await rawUpstream(t);
    const source = new ScriptedSource(length);
    const answer = upstreamFor(t, raw.url).send(asking({ method: 'POST', body: source }));
    await source.until('open');
    source.sink.write(Buffer.from('hel'));
    const connection = await raw.connection(0);
    await connection.until(/hel/);
    source.sink.fail(new HttpError(413, 'too much'));
    t.equal(await statusOf(answer), 413);
    await connection.closed;
    t.notMatch(connection.received(), /0\r\n\r\n$/);
  }
});

t.test('a reader that is full stops ComfyUI, and what has come stays in order', async (t) => {
  const size = 8 * 1024 * 1024;
  const whole = Buffer.alloc(size, 'abcdefghijklmnopqrstuvwxyz');
  const raw = await rawUpstream(t, ({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    socket.write(whole);
  });
  const { body } = await upstreamFor(t, raw.url).send(asking());
  if (body instanceof Uint8Array) return t.fail('it came at once');
  const chunks: Buffer[] = [];
  let pauses = 0;
  await new Promise<void>((resolve, reject) => {
    body.open({
      write(chunk) {
        chunks.push(Buffer.from(chunk));
        body.pause();
        pauses += 1;
        setImmediate(() => body.resume());
      },
      end: resolve,
      fail: reject,
    });
  });
  t.ok(pauses > 10);
  t.ok(Buffer.concat(chunks).equals(whole));
});
