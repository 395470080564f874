import { head, post, type Row, rowsFor, WORKFLOW } from '../row.ts';
import { FOREIGN, HANDSHAKE, handshake } from './origins.ts';

const without = (name: string, replacement: readonly string[] = []): readonly string[] => [
  ...HANDSHAKE.filter((line) => !line.startsWith(`${name}:`)),
  ...replacement,
];

/** Sockets below /comfyui: whoever is refused, ComfyUI hears nothing of it. */
export const gateSockets: readonly Row[] = [
  ...rowsFor(
    [
      ['/comfyui/ws', 'straight to ComfyUI'],
      ['/comfyui/ws?clientId=x', 'as the editor does'],
      ['/comfyui/api/ws', 'its other path'],
      ['/comfyui/some/node', "a custom node's own"],
      ['/comfyui/', 'any path is one'],
      ['/comfyui/ws?api_key=x', 'a key in the query'],
      ['/comfyui/ws?next=/api/health', 'a public path in the query'],
    ],
    (target) => ({
      name: `a handshake without a session on ${target}`,
      send: handshake(target),
      replies: [401],
      connection: 'closed',
    }),
  ),
  ...rowsFor(
    [
      ['Cookie: session=authenticated:1800000000.', 'no tag'],
      ['Authorization: Bearer wrong', 'a wrong key'],
      ['Comfy-User: admin', 'whom ComfyUI would believe'],
      ['X-Original-URL: /api/health', 'a public path in a header'],
      ['Sec-WebSocket-Protocol: authenticated', 'a subprotocol proves nothing'],
    ],
    (line) => ({
      name: `a handshake on /comfyui/ws with ${line}`,
      send: handshake('/comfyui/ws', line),
      replies: [401],
      connection: 'closed',
      ...(line.startsWith('Authorization') ? { events: ['auth.failed'] } : {}),
    }),
  ),
  ...rowsFor(FOREIGN, (headers) => ({
    name: `a handshake by session on /comfyui/ws, ${headers.replaceAll('\r\n', ', ')}`,
    send: ({ cookie }) => handshake('/comfyui/ws?clientId=x', `Cookie: ${cookie}`, headers),
    replies: [403],
    connection: 'closed',
  })),
  ...rowsFor(
    [
      ['/comfyui//ws', 'an empty segment'],
      ['/comfyui/../comfyui/ws', 'a dot segment'],
      ['/comfyui/..%2fws', 'an encoded slash behind dots'],
      ['/comfyui/%77s', 'a second spelling'],
      ['/comfyui/ws%00', 'an end in the middle'],
      ['/comfyui/ws?a\\b', 'a backslash in the query'],
      ['/comfyui/ws#x', 'a fragment'],
    ],
    (target) => ({
      name: `a handshake with the key on ${target}`,
      send: ({ key }) => handshake(target, `X-API-Key: ${key}`),
      replies: [400],
      connection: 'closed',
    }),
  ),
  ...rowsFor(
    [
      ['Upgrade', 'no Upgrade'],
      ['Connection', 'no Connection'],
      ['Sec-WebSocket-Version', 'no version'],
    ],
    (name) => ({
      name: `a handshake on /comfyui/ws without ${name}`,
      send: ({ key }) => head('GET /comfyui/ws HTTP/1.1', [...without(name), `X-API-Key: ${key}`]),
      replies: [426],
      connection: 'closed',
    }),
  ),
  ...rowsFor(
    [
      ['Upgrade: websocket', 'two Upgrades'],
      ['Origin: http://studio\r\nOrigin: http://studio', 'two Origins'],
      ['X-API-Key: x', 'two credentials'],
      ['Cookie: a\r\nCookie: b', 'two Cookies'],
      ['Content-Length: 5', 'a body, which would be read as frames'],
      ['Transfer-Encoding: chunked', 'a chunked body'],
    ],
    (headers) => ({
      name: `a handshake on /comfyui/ws with ${headers.replaceAll('\r\n', ', ')} as well`,
      send: ({ key }) => `${handshake('/comfyui/ws', `X-API-Key: ${key}`, headers)}hello`,
      replies: [400],
      connection: 'closed',
      mayBeCut: true,
    }),
  ),
  {
    name: 'a handshake on /comfyui/ws with a control character in a header',
    why: 'some server reads it as a line break',
    send: ({ key }) => handshake('/comfyui/ws', `X-API-Key: ${key}`, 'X-Word: a\x01b'),
    replies: [400],
    connection: 'closed',
  },
  {
    name: 'a refused handshake on /comfyui/ws that hides a run behind it',
    why: 'a refused one is the last of its connection',
    send: ({ key }) => handshake('/comfyui/ws') + post('/api/run', WORKFLOW, `X-API-Key: ${key}`),
    replies: [401],
    connection: 'closed',
    mayBeCut: true,
  },
];
