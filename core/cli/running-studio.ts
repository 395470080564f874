import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiKey } from '../auth/api-key.ts';
import { keyInFile } from '../auth/choose-key.ts';
import { SECRET_FILE } from '../auth/secret.ts';
import { createSessions } from '../auth/session.ts';
import type { Config } from '../config.ts';
import { type Answer, callLoopback } from './loopback-call.ts';

/**
 * Asks the Studio that runs on this STUDIO_DIR; null when none answers. Vouched for by a session that is made from the
 * secret file: so whoever listens on that port in Studio's place learns no key, and what it learns ends with the secret.
 */
export async function askRunningStudio(config: Config, path: string): Promise<Answer | null> {
  const cookie = sessionCookie(config);
  if (cookie === null) return null;
  try {
    const url = new URL(`${addressOf(config)}${path}`);
    return await callLoopback(url, { Cookie: cookie, 'User-Agent': 'studio' });
  } catch {
    return null;
  }
}

/** Where it would be reached from this machine. */
export function addressOf({ host, port, tls }: Config): string {
  const scheme = tls === null ? 'http' : 'https';
  if (host === '0.0.0.0') return `${scheme}://127.0.0.1:${port}`;
  if (host === '::') return `${scheme}://[::1]:${port}`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function sessionCookie(config: Config): string | null {
  const path = join(config.studioDir, SECRET_FILE);
  const key = config.apiKey ?? keyInFile(config.studioDir);
  try {
    if (key === null || !existsSync(path)) return null;
    const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
    const now = Math.floor(Date.now() / 1000);
    return createSessions(secret, createApiKey(key).digest).cookieAt(now).split(';', 1)[0] ?? null;
  } catch {
    return null;
  }
}
