import t from 'tap';
import { cleanEnvironment, secretsOfEnvironment } from '../../../core/update/clean-environment.ts';

const HELD = {
  API_KEY: 'a-key-to-studio',
  COMFYUI_AUTHORIZATION: 'Bearer for-comfyui',
  CIVITAI_API_KEY: 'civitai-0123',
  HF_TOKEN: 'hf_0123456789',
  AWS_SECRET_ACCESS_KEY: 'aws-0123456789',
  GITHUB_TOKEN: 'ghp_0123456789',
  DB_PASSWORD: 'a-password',
  PGPASSWORD: 'b-password',
  SMTP_PASS: 'c-password',
  MY_PASSPHRASE: 'd-passphrase',
  GOOGLE_CREDENTIALS: 'e-credentials',
  npm_config__authToken: 'npm_0123456789',
  npm_config__auth: 'npm-0123456789',
  SESSION_COOKIE: 'f-cookie-0123',
  REDIS_URL: 'redis://user:secret@redis:6379/0',
  BROKER: 'redis://:secret@redis:6379',
};

const PASSED = {
  PATH: '/usr/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  COMFYUI_DIR: '/workspace/ComfyUI',
  STUDIO_DIR: '/workspace/studio',
  COMPASS: 'north',
  HTTPS_PROXY: 'http://proxy:3128',
  COMFYUI_URL: 'http://127.0.0.1:8188/a:b@c',
};

t.test('a secret is kept back by its name or its form, and all else is passed', async (t) => {
  t.same(cleanEnvironment({ ...HELD, ...PASSED, NODE_CHANNEL_FD: '3', NOTHING: undefined }, []), PASSED);
});

t.test('a known secret is kept back whatever the name', async (t) => {
  t.same(cleanEnvironment({ CURL_ARGS: '-H "X: the-secret-key"', HOME: '/root' }, ['', 'the-secret-key']), {
    HOME: '/root',
  });
});

t.test(
  'what is kept back is what must be scrubbed, but for what is too short to tell from a word',
  async (t) => {
    t.same(secretsOfEnvironment({ ...HELD, ...PASSED, KEYBOARD: 'us' }), Object.values(HELD));
  },
);
