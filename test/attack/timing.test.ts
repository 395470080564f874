import crypto from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import t from 'tap';
import { createApiKey, LONGEST_KEY } from '../../core/auth/api-key.ts';
import { createSessions } from '../../core/auth/session.ts';
import { KEY } from '../support/handler.ts';
import { KEY_DIGEST, SECRET, signedToken } from '../support/tokens.ts';

/** The lengths of what was compared in constant time while `work` ran. */
function compared(work: () => void): [number, number][] {
  const lengths: [number, number][] = [];
  const { timingSafeEqual } = crypto;
  crypto.timingSafeEqual = (a, b) => {
    lengths.push([a.byteLength, b.byteLength]);
    return timingSafeEqual(a, b);
  };
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    crypto.timingSafeEqual = timingSafeEqual;
    syncBuiltinESMExports();
  }
  return lengths;
}

t.test('every key is compared in constant time, on one length, whatever was presented', async (t) => {
  const apiKey = createApiKey(KEY);
  const presented = [
    KEY,
    '',
    'x',
    KEY.slice(1),
    `${KEY}x`,
    KEY.toUpperCase(),
    'é'.repeat(400),
    '\0',
    'x'.repeat(1e5),
  ];
  for (const key of presented) {
    t.strictSame(
      compared(() => t.equal(apiKey.matches(key), key === KEY)),
      [[LONGEST_KEY + 2, LONGEST_KEY + 2]],
      JSON.stringify(key.slice(0, 20)),
    );
  }
});

t.test('every tag is compared in constant time, on one length, wherever it differs', async (t) => {
  const sessions = createSessions(SECRET, KEY_DIGEST);
  const now = 1_800_000_000;
  const token = signedToken(String(now));
  const tagStart = token.length - 64;
  for (let at = tagStart; at < token.length; at += 1) {
    const forged = `${token.slice(0, at)}${token[at] === '0' ? '1' : '0'}${token.slice(at + 1)}`;
    t.strictSame(
      compared(() => t.equal(sessions.callerOf(`session=${forged}`, now), null)),
      [[64, 64]],
    );
  }
  t.strictSame(
    compared(() => t.ok(sessions.callerOf(`session=${token}`, now))),
    [[64, 64]],
  );
});

t.test('nowhere else are secrets compared', async (t) => {
  const secret = String.raw`\b(?:\w+\.)?(?:api_?key|key|presented|expected|tag|token|secret|digest|hmac|signature)\b`;
  const comparison = new RegExp(`${secret} ?[!=]==?|[!=]==? ?${secret}(?![.(])`, 'i');
  /** Whether there is one at all may be asked. */
  const harmless = /[!=]== (?:null|undefined|'[^']*')/g;
  const sources = ['core', 'handlers'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  t.ok(sources.length > 50);
  t.ok(
    comparison.test('if (presented === expected)') && comparison.test('if (tag !== other)'),
    'it would be found',
  );
  const found = sources.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => comparison.test(line.replace(harmless, '')) && !/^\s*(?:\*|\/\/)/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  t.strictSame(found, []);
});
