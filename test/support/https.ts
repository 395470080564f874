import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { Test } from 'tap';

export interface SecureAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SecureCall {
  /** The certificate that vouches for the server. */
  readonly ca: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request over a connection of its own, to a server that `ca` vouches for. */
export function call(
  url: string,
  { ca, method = 'GET', headers = {}, body }: SecureCall,
): Promise<SecureAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    sent.end(body);
  });
}

/** A connection that stays open, for requests in raw bytes. */
export interface SecureConnection {
  readonly socket: TLSSocket;
  readonly fingerprint: string;
  /** Asks for the health, and resolves to the answer's status line. */
  ask(): Promise<string>;
}

/** Whoever answers on the port, whatever its certificate. */
export async function connectSecurely(t: Test, port: number): Promise<SecureConnection> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  t.teardown(() => socket.destroy());
  await once(socket, 'secureConnect');
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  return {
    socket,
    fingerprint,
    async ask() {
      socket.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString().split('\r\n', 1)[0] ?? '';
    },
  };
}
