/** What Chromium sends when a page opens a WebSocket, for whoever is logged in with `cookie`: a server may keep all of it. */
export function browserHandshake(port: number, target: string, cookie: string): Buffer {
  const host = `127.0.0.1:${port}`;
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Pragma: no-cache',
    'Cache-Control: no-cache',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'Upgrade: websocket',
    `Origin: http://${host}`,
    'Sec-WebSocket-Version: 13',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
    `Cookie: ${cookie}`,
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Where the answer's header lines end, or -1 while they have not; throws when it is no 101. */
export function endOfHead(answer: Buffer): number {
  const end = answer.indexOf('\r\n\r\n');
  if (end === -1) return -1;
  if (!answer.toString('latin1', 0, 13).startsWith('HTTP/1.1 101'))
    throw new Error(`no handshake: ${answer.toString('latin1', 0, 400)}`);
  return end + 4;
}
