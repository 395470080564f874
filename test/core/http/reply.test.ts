import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { empty, errorReply, file, html, json, redirect } from '../../../core/http/reply.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

t.test('json: 200 unless told otherwise, with headers added to the type', async (t) => {
  t.same(json({ a: 1 }), { status: 200, headers: { 'Content-Type': JSON_TYPE }, body: '{"a":1}' });
  t.same(json([], 409), { status: 409, headers: { 'Content-Type': JSON_TYPE }, body: '[]' });
  t.same(json(null, 503, { 'Retry-After': '3' }).headers, { 'Content-Type': JSON_TYPE, 'Retry-After': '3' });
});

t.test('replies of one kind share their headers object, so that its lines are built once', async (t) => {
  t.equal(json(1).headers, json(2, 404).headers);
  t.equal(empty(204).headers, empty(404).headers);
  t.ok(Object.isFrozen(json(1).headers));
  t.ok(Object.isFrozen(empty(204).headers));
});

t.test('html: a page brings its own policy', async (t) => {
  t.match(html('<p>', "default-src 'none'"), {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'" },
    body: '<p>',
  });
  t.match(html('', 'x', 503, { 'Retry-After': '3' }), { status: 503, headers: { 'Retry-After': '3' } });
});

t.test('redirect: 302, or 303 after a form', async (t) => {
  t.same(redirect('/home'), { status: 302, headers: { Location: '/home' }, body: '' });
  t.equal(redirect('/home', 303).status, 303);
});

t.test('empty and file', async (t) => {
  t.same(empty(204), { status: 204, headers: {}, body: '' });
  const headers = { 'Content-Type': 'image/png' };
  const bytes = Buffer.from('x');
  t.equal(file(bytes, headers).body, bytes);
  t.equal(file(bytes, headers).headers, headers, 'the very object');
});

t.test('no constructor sets a cookie', async (t) => {
  for (const reply of [json(1), html('', ''), redirect('/'), empty(204), file(Buffer.alloc(0), {})])
    t.notOk('sessionCookie' in reply);
});

t.test('"A handler that throws HttpError(status, detail) gets {"detail": ...}"', async (t) => {
  t.same(errorReply(new HttpError(404, 'Not found')), json({ detail: 'Not found' }, 404));
  const error = new HttpError(400, 'no', { headers: { Allow: 'GET' }, extra: { node_errors: {} } });
  t.same(errorReply(error), {
    status: 400,
    headers: { 'Content-Type': JSON_TYPE, Allow: 'GET' },
    body: '{"detail":"no","node_errors":{}}',
  });
  t.equal(errorReply(error), errorReply(error), 'made once for an error that is thrown again and again');
});

t.test('an HttpError is an Error with its detail as the message', async (t) => {
  const error = new HttpError(418, 'teapot');
  t.match(error, { name: 'HttpError', message: 'teapot', status: 418, headers: {}, extra: {} });
  t.ok(error instanceof Error);
});
