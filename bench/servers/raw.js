/**
 * The limit: uWebSockets.js that checks nothing and writes the bytes it was given. Its replies come as JSON in REPLIES:
 * path -> {status, headers, body}. It writes all headers with one call, as Studio does, but as a string, as one would; with
 * PREPARED=1 it hands headers and body over as bytes, which Studio does where it can, and which spares a conversion.
 */
import uws from 'uWebSockets.js';

const replies = JSON.parse(process.env.REPLIES ?? '{}');
const isPrepared = process.env.PREPARED === '1';
const app = uws.App();

for (const [path, { status, headers, body }] of Object.entries(replies)) {
  const [[name, value], ...rest] = headers;
  const lines = [value, ...rest.map(([restName, restValue]) => `${restName}: ${restValue}`)].join('\r\n');
  const block = isPrepared ? Buffer.from(lines) : lines;
  const content = isPrepared ? Buffer.from(body) : body;
  // A small body is always written at once; what is still being written must be told when the client leaves.
  const isSmall = body.length < 1024;
  app.any(path, (response) => {
    if (!isSmall) response.onAborted(() => {});
    if (status !== '200 OK') response.writeStatus(status);
    response.writeHeader(name, block);
    response.end(content);
  });
}

app.listen('127.0.0.1', 0, (token) => {
  if (token) console.log(`http://127.0.0.1:${uws.us_socket_local_port(token)}`);
});
