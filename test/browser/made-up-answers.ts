import type { Page } from 'playwright-core';

/** Answers of Studio's own API for looks and walks that a real pod cannot be brought to in a test: a bad posture, a big GPU. */
export const POSTURE = {
  checks: [
    { id: 'key-strength', state: 'green', found: 'The key from API_KEY is hard to guess', todo: null },
    {
      id: 'comfyui-port',
      state: 'red',
      found: 'ComfyUI answers on 203.0.113.7:8188, past Studio: anybody can run code on this pod',
      todo: 'Start ComfyUI with --listen 127.0.0.1, and close port 8188 in the pod’s settings.',
    },
    {
      id: 'secure-cookie',
      state: 'amber',
      found: 'No browser has sent the session cookie back yet',
      todo: 'Open Studio over https once, and look again.',
    },
    { id: 'secret-file', state: 'green', found: 'Only its owner can read the session secret', todo: null },
    { id: 'manager-level', state: 'green', found: 'ComfyUI Manager is held to normal', todo: null },
    { id: 'manager-config', state: 'green', found: 'Manager’s config.ini says the same', todo: null },
    { id: 'key-common', state: 'green', found: 'The key stands on no list of common passwords', todo: null },
    { id: 'database', state: 'green', found: 'Only its owner can read the database', todo: null },
    { id: 'tokens', state: 'green', found: 'HF_TOKEN is set', todo: null },
    { id: 'transport', state: 'green', found: 'TLS is in front, by a trusted proxy', todo: null },
    { id: 'comfyui-version', state: 'green', found: 'ComfyUI 0.3.68: no known trouble', todo: null },
  ],
  worst: 'red',
};

const GIB = 1024 ** 3;

export const STATUS = {
  versions: { studio: '0.1.0', node: '20.19.5', uwebsockets: '20.51.4' },
  uptime_seconds: 93_784,
  comfyui: {
    reachable: true,
    stale: false,
    version: '0.3.68',
    python: '3.12.3 (main, Aug 14 2025) [GCC 13.3.0]',
    pytorch: '2.8.0+cu128',
    devices: [{ name: 'cuda:0 NVIDIA RTX 4090', type: 'cuda', vram_total: 24 * GIB, vram_free: 2 * GIB }],
  },
  queue: { running: 1, pending: 3 },
  viewers: 2,
  disk: {
    studio: { path: '/workspace/studio', total: 50 * GIB, free: 31 * GIB },
    models: { path: '/workspace/models', total: 500 * GIB, free: 121 * GIB },
  },
  memory: { rss: 9e7, heap_used: 3e7, heap_total: 5e7, system_total: 128 * GIB, system_free: 70 * GIB },
  busy: 0.02,
};

const setting = (name: string, value: string | null, set: boolean, sensitive: boolean, help: string) => ({
  name,
  help,
  default: '',
  set,
  sensitive,
  value,
});

export const SETTINGS = {
  groups: [
    {
      name: 'access',
      variables: [
        setting('API_KEY', '...k3yQ', true, true, 'The key that opens everything.'),
        setting('TRUSTED_PROXIES', '', false, false, 'Whose X-Forwarded-For is believed.'),
      ],
    },
    {
      name: 'comfyui',
      variables: [
        setting('COMFYUI_URL', 'http://127.0.0.1:8188', false, false, 'Where ComfyUI is.'),
        setting('COMFYUI_AUTHORIZATION', null, false, true, 'Sent to ComfyUI as Authorization.'),
      ],
    },
    { name: 'tokens', variables: [setting('HF_TOKEN', null, true, true, 'A token of another service.')] },
  ],
};

export const UPDATE = {
  configured: true,
  update: {
    id: 'u1',
    started_at: '2026-01-02T03:04:05.000Z',
    ended_at: '2026-01-02T03:05:05.000Z',
    outcome: 'failed',
    exit_code: 1,
    signal: null,
    timed_out: false,
    restart: false,
    error: null,
    output: ['Fetching the new version', 'fatal: no route to host'],
    output_left_out: 0,
  },
};

/** From now on the page is answered so to GET of `path`. */
export async function answerWith(page: Page, path: string, answer: unknown, status = 200): Promise<void> {
  await page.route(`**${path}`, (route) =>
    route.request().method() === 'GET' ? route.fulfill({ status, json: answer }) : route.fallback(),
  );
}

/** All of the above. */
export async function answerAll(page: Page): Promise<void> {
  await answerWith(page, '/api/admin/system/security', POSTURE);
  await answerWith(page, '/api/admin/system/status', STATUS);
  await answerWith(page, '/api/admin/settings/env', SETTINGS);
  await answerWith(page, '/api/admin/system/update', UPDATE);
}
