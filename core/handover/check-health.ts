import { request } from 'undici';

const PATIENCE_MS = 5000;

/** Asks a Studio on that port of the loopback for its health. Rejects when it does not answer 200. */
export async function checkHealth(port: number): Promise<void> {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/api/health`, {
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
    reset: true,
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`it answers its health check with ${statusCode}`);
}
