/**
 * The limit: uWebSockets.js that checks nothing and writes the bytes it was given. Its replies come as JSON in REPLIES:
 * path -> {status, headers, body}. It writes all headers with one call, as Studio does, but as a string, as one would;
 * Studio hands them over as bytes, which saves about 0.2 us: against a raw server that does so too, its ratio is 0.05 higher.
 */
import uws from '../../core/server/uws.ts';

interface CannedReply {
  readonly status: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

const replies: Record<string, CannedReply> = JSON.parse(process.env.REPLIES ?? '{}');
const app = uws.App();

for (const [path, { status, headers, body }] of Object.entries(replies)) {
  const [[name, value], ...rest] = headers as [[string, string], ...[string, string][]];
  const block = [value, ...rest.map(([restName, restValue]) => `${restName}: ${restValue}`)].join('\r\n');
  // A small body is always written at once; what is still being written must be told when the client leaves.
  const isSmall = body.length < 1024;
  app.any(path, (response) => {
    if (!isSmall) response.onAborted(() => {});
    if (status !== '200 OK') response.writeStatus(status);
    response.writeHeader(name, block);
    response.end(body);
  });
}

app.listen('127.0.0.1', 0, (token) => {
  if (token) console.log(`http://127.0.0.1:${uws.us_socket_local_port(token)}`);
});
