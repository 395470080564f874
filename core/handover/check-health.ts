import { get } from 'node:http';
import { get as secureGet } from 'node:https';

const PATIENCE_MS = 5000;

/** Asks a Studio on that port of the loopback, over https when `secure`, for its health. Rejects when it does not answer 200. */
export async function checkHealth(port: number, secure = false): Promise<void> {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/api/health',
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
      // Its certificate is for other names than this address; whose port it is was told by the child itself.
      rejectUnauthorized: false,
    };
    const request = secure ? secureGet(options) : get(options);
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode));
      response.resume();
    });
  });
  if (status !== 200) throw new Error(`it answers its health check with ${status}`);
}
