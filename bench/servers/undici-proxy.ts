/** The plain way to pass requests on: raw uWebSockets.js in front, undici behind, nobody asked who comes. */
import { Pool } from 'undici';
import uws from '../../core/server/uws.ts';

const pool = new Pool(process.env.COMFYUI_URL ?? '', { connections: 64 });
const app = uws.App();

app.any('/*', (response, request) => {
  const path = request.getUrl().slice('/comfyui'.length);
  const method = request.getMethod() === 'post' ? 'POST' : 'GET';
  const headers: Record<string, string> = {};
  request.forEach((name, value) => {
    if (name !== 'host' && name !== 'content-length' && name !== 'connection') headers[name] = value;
  });
  const length = Number(request.getHeader('content-length'));
  if (length > 0) headers['content-length'] = String(length);
  const chunks: Buffer[] = [];
  let gone = false;
  response.onAborted(() => {
    gone = true;
  });
  const send = (): void => {
    const body = length > 0 ? Buffer.concat(chunks) : null;
    pool.request({ method, path, headers, body }).then(async (answer) => {
      const bytes = Buffer.from(await answer.body.arrayBuffer());
      if (gone) return;
      response.onWritable((offset) => response.tryEnd(bytes.subarray(offset), bytes.length)[0]);
      response.cork(() => {
        response.writeHeader('Content-Type', String(answer.headers['content-type']));
        response.tryEnd(bytes, bytes.length);
      });
    });
  };
  if (length === 0) return send();
  response.onData((chunk, isLast) => {
    chunks.push(Buffer.from(chunk.slice(0)));
    if (isLast) send();
  });
});

app.listen('127.0.0.1', 0, (token) => {
  if (token) console.log(`http://127.0.0.1:${uws.us_socket_local_port(token)}`);
});
