/** In ComfyUI's place: answers small and large, and swallows uploads, at as little cost as can be. */
import uws from '../../core/server/uws.ts';

const SMALL = JSON.stringify({ queue_running: [], queue_pending: [] });
const LARGE = Buffer.alloc(10 * 1024 * 1024, 'comfyui');

const app = uws.App();
app.get('/queue', (response) => {
  response.writeHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(SMALL);
});
app.get('/view', (response) => {
  response.onAborted(() => {});
  response.onWritable((offset) => response.tryEnd(LARGE.subarray(offset), LARGE.length)[0]);
  response.writeHeader('Content-Type', 'image/png');
  response.tryEnd(LARGE, LARGE.length);
});
// As long as somebody asks for, without ever having it.
app.get('/bytes/:count', (response, request) => {
  const total = Number(request.getParameter(0));
  let gone = false;
  response.onAborted(() => {
    gone = true;
  });
  const send = (offset: number): boolean => {
    for (let at = offset; !gone; ) {
      const [ok, done] = response.tryEnd(LARGE.subarray(0, Math.min(LARGE.length, total - at)), total);
      if (done || !ok) return ok;
      at = response.getWriteOffset();
    }
    return true;
  };
  response.onWritable(send);
  send(0);
});
app.post('/upload/image', (response) => {
  let size = 0;
  response.onAborted(() => {});
  response.onData((chunk, isLast) => {
    size += chunk.byteLength;
    if (isLast) response.cork(() => response.end(JSON.stringify({ size })));
  });
});
app.listen('127.0.0.1', 0, (token) => {
  if (token) console.log(`http://127.0.0.1:${uws.us_socket_local_port(token)}`);
});
