import type { Facts } from '../../../core/posture/facts.ts';

/** 2026-06-01, while every line of Node.js that Studio runs on but one is supported. */
const NOW = Date.parse('2026-06-01T00:00:00Z');

const NEVER = { https: null, localhost: null, plain: null };

/** A pod on which nothing is left to do, and everything is known. */
export const GOOD: Facts = {
  now: NOW,
  uid: 1000,
  key: { source: '/studio/.api_key', weakness: null, common: false },
  secret: { path: '/studio/.session_secret', mode: 0o600, uid: 1000, changedAt: NOW - 3 * 86_400_000 },
  keyFile: { path: '/studio/.api_key', mode: 0o600, uid: 1000, changedAt: NOW },
  database: { path: '/studio/studio.db', mode: 0o600, uid: 1000, changedAt: NOW },
  folder: { path: '/studio', writable: true, freeBytes: 50 * 1024 ** 3 },
  comfyuiUrl: 'http://127.0.0.1:8188',
  tls: {
    kind: 'files',
    certificate: {
      validFrom: NOW - 30 * 86_400_000,
      expiresAt: NOW + 60 * 86_400_000,
      fingerprint: 'AB:CD',
      identity: 'ab',
    },
    refused: null,
  },
  tlsKey: { path: '/tls/privkey.pem', mode: 0o640, uid: 0, changedAt: NOW },
  exposure: { checked: true, reachable: [] },
  network: {
    loopbackOnly: false,
    trustsProxies: true,
    seen: { logins: { ...NEVER, https: 1 }, cookies: { ...NEVER, https: 2 } },
    untrustedProxy: null,
  },
  manager: { level: 'normal', config: { path: '/comfyui/user/__manager/config.ini', agrees: true } },
  comfyuiLogin: { present: false, passwordSet: false },
  tokens: { CIVITAI_API_KEY: true, HF_TOKEN: false },
  versions: { node: '22.20.0', comfyui: '0.12.0', manager: '4.3' },
};

export function seen(
  logins: Partial<NonNullable<Facts['network']['seen']>['logins']>,
  cookies: Partial<NonNullable<Facts['network']['seen']>['cookies']> = {},
): NonNullable<Facts['network']['seen']> {
  return { logins: { ...NEVER, ...logins }, cookies: { ...NEVER, ...cookies } };
}
