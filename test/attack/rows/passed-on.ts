import { get, head, post, type Row, rowsFor, WORKFLOW } from '../row.ts';

/** ComfyUI's own way to start a run: if it gets through, there is a run. */
const hidden = (key: string): string => post('/comfyui/prompt', WORKFLOW, `X-API-Key: ${key}`);

/** Paths that ComfyUI, or what stands between, could read as another one. */
const PATHS: readonly (readonly [string, string])[] = [
  ['/comfyui/../api/run', 'out of the mount'],
  ['/comfyui/%2e%2e/api/run', 'the same, encoded'],
  ['/comfyui/%252e%252e/api/run', 'the same, twice'],
  ['/comfyui/userdata/..%2F..%2Fx', 'the one escape that passes, with dots'],
  ['/comfyui/userdata/%2e%2e%2Fx', 'the same, encoded'],
  ['/comfyui/userdata/a%252Fb', 'an encoded slash, twice'],
  ['/comfyui/userdata/a%5cb', 'an encoded backslash'],
  ['/comfyui/userdata/a%00', 'an encoded NUL'],
  ['/comfyui/userdata/a%0d%0aX:%20b', 'an encoded line break'],
  ['/comfyui//prompt', 'an empty segment'],
  ['/comfyui/%2Fprompt', 'the same, encoded'],
  ['/comfyui/./prompt', 'a dot'],
  ['/comfyui/%zz', 'an escape that is none'],
  ['/comfyui/pr%6fmpt', 'a needless escape'],
  ['/comfyui/a\\b', 'a backslash'],
  ['/comfyui/prompt#x', 'a fragment'],
];

export const passedOn: readonly Row[] = [
  ...rowsFor(PATHS, (target) => ({
    send: ({ key }) => get(target, `X-API-Key: ${key}`) + hidden(key),
    replies: [400],
    connection: 'closed',
    mayBeCut: true,
  })),
  {
    name: 'GET /comfyui/queue without a key',
    why: 'ComfyUI does not hear of a stranger',
    send: get('/comfyui/queue'),
    replies: [401],
    connection: 'open',
    body: /^\{"detail":"Not authenticated"\}$/,
  },
  {
    name: 'a script that reads HTML',
    why: 'an API client is not sent to a page',
    send: get('/comfyui/api/queue', 'Accept: text/html'),
    replies: [401],
    connection: 'open',
  },
  {
    name: 'a browser that opens the editor',
    why: 'a person is shown the login page',
    send: get('/comfyui/?a=b', 'Accept: text/html', 'Sec-Fetch-Mode: navigate'),
    replies: [302],
    connection: 'open',
    headers: /^location: \/login\?next=%2Fcomfyui%2F%3Fa%3Db$/m,
  },
  {
    name: 'GET /comfyui without a key',
    why: 'it is as private as what it leads to',
    send: get('/comfyui'),
    replies: [401],
    connection: 'open',
  },
  {
    name: 'a forwarded path',
    why: 'what a header calls the path is not the path',
    send: get('/comfyui/queue', 'X-Original-URL: /api/health', 'X-Rewrite-URL: /api/health'),
    replies: [401],
    connection: 'open',
  },
  {
    name: 'POST /comfyui/prompt without a key',
    why: 'refused before its body, which is not a request',
    send: ({ key }) => post('/comfyui/prompt', WORKFLOW) + hidden(key),
    replies: [401],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'POST /comfyui/prompt from another site',
    why: 'a cookie alone starts no run for somebody else',
    send: ({ cookie }) =>
      post('/comfyui/prompt', WORKFLOW, `Cookie: ${cookie}`, 'Origin: https://evil.example'),
    replies: [403],
    connection: 'closed',
    cookie: true,
    mayBeCut: true,
  },
  {
    name: 'a GET of the Manager that acts, from another site',
    why: 'only the browser knows, and it says so',
    send: ({ cookie }) =>
      post('/comfyui/manager/reboot', '', `Cookie: ${cookie}`, 'Sec-Fetch-Site: cross-site'),
    replies: [403],
    connection: 'open',
    cookie: true,
  },
  {
    name: 'two Cookie lines on a GET that is passed on',
    why: 'all its lines are judged: Studio and ComfyUI could read different ones',
    send: ({ key, cookie }) => get('/comfyui/queue', `Cookie: ${cookie}`, 'Cookie: a=b') + hidden(key),
    replies: [400],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'two keys on a GET that is passed on',
    why: 'the same',
    send: ({ key }) => get('/comfyui/queue', `X-API-Key: ${key}`, `X-API-Key: ${key}`) + hidden(key),
    replies: [400],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'differing lengths',
    why: 'ComfyUI could take the rest for a request',
    send: ({ key }) =>
      head('POST /comfyui/prompt HTTP/1.1', [`X-API-Key: ${key}`, 'Content-Length: 5', 'Content-Length: 3']) +
      hidden(key),
    // What is left over of the one length or the other is no request.
    replies: [[400, 505]],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'a length and chunks',
    why: 'the same',
    send: ({ key }) =>
      head('POST /comfyui/prompt HTTP/1.1', [
        `X-API-Key: ${key}`,
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
      ]) + hidden(key),
    replies: [400],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'another coding',
    why: 'the same',
    send: ({ key }) =>
      head('POST /comfyui/prompt HTTP/1.1', [`X-API-Key: ${key}`, 'Transfer-Encoding: gzip, chunked']) +
      hidden(key),
    replies: [400],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'a bare line feed in a header',
    why: 'ComfyUI would read what is behind it as a header of its own',
    send: ({ key }) => get('/comfyui/queue', `X-API-Key: ${key}`, 'X-A: b\nComfy-User: admin'),
    replies: [400],
    connection: 'closed',
  },
  {
    name: 'a NUL in a header',
    why: 'no header has one',
    send: ({ key }) => get('/comfyui/queue', `X-API-Key: ${key}`, 'X-A: b\0c'),
    replies: [400],
    connection: 'closed',
  },
  {
    name: 'an unknown method',
    why: 'nobody knows what it does',
    send: ({ key }) => head('BREW /comfyui/queue HTTP/1.1', [`X-API-Key: ${key}`]) + hidden(key),
    replies: [501],
    connection: 'closed',
    mayBeCut: true,
  },
  {
    name: 'CONNECT',
    why: 'there is one upstream',
    send: ({ key }) => head('CONNECT 127.0.0.1:8188 HTTP/1.1', [`X-API-Key: ${key}`]) + hidden(key),
    replies: [[400, 501, 505]],
    connection: 'closed',
    mayBeCut: true,
  },
];
