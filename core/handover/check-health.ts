import { get } from 'node:http';

const PATIENCE_MS = 5000;

/** Asks a Studio on that port of the loopback for its health. Rejects when it does not answer 200. */
export async function checkHealth(port: number): Promise<void> {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = get({
      host: '127.0.0.1',
      port,
      path: '/api/health',
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode));
      response.resume();
    });
  });
  if (status !== 200) throw new Error(`it answers its health check with ${status}`);
}
