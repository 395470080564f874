import { join } from 'node:path';
import t from 'tap';
import { VARIABLES } from '../../core/config/variables.ts';
import { type Config, loadConfig } from '../../core/config.ts';
import { StartupError } from '../../core/startup-error.ts';

function mistakes(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof StartupError) return error.message.split('\n');
    throw error;
  }
}

const LONGEST = 'k'.repeat(128);

// [variable, what is set, field, what it becomes]
const GOOD: readonly [keyof typeof VARIABLES, string, keyof Config, unknown][] = [
  ['API_KEY', 'correct-horse!"#~', 'apiKey', 'correct-horse!"#~'],
  ['API_KEY', ' trimmed ', 'apiKey', 'trimmed'],
  ['API_KEY', '   ', 'apiKey', null],
  ['API_KEY', '', 'apiKey', null],
  ['API_KEY', LONGEST, 'apiKey', LONGEST],
  ['STUDIO_ALLOW_WEAK_KEY', '1', 'allowWeakKey', true],
  ['STUDIO_ALLOW_WEAK_KEY', 'true', 'allowWeakKey', true],
  ['STUDIO_ALLOW_WEAK_KEY', '0', 'allowWeakKey', false],
  ['STUDIO_ALLOW_WEAK_KEY', 'false', 'allowWeakKey', false],
  ['STUDIO_DIR', '/var/lib/studio', 'studioDir', '/var/lib/studio'],
  ['STUDIO_DIR', 'data', 'studioDir', join(process.cwd(), 'data')],
  ['STUDIO_HOST', '127.0.0.1', 'host', '127.0.0.1'],
  ['STUDIO_HOST', '::', 'host', '::'],
  ['STUDIO_PORT', '0', 'port', 0],
  ['STUDIO_PORT', '65535', 'port', 65_535],
  ['STUDIO_TLS', '', 'tls', null],
  ['STUDIO_TLS', 'self-signed', 'tls', { kind: 'self-signed' }],
  ['STUDIO_HTTP_REDIRECT_PORT', '', 'httpRedirectPort', null],
  ['COMFYUI_URL', 'http://comfyui:8188', 'comfyuiUrl', 'http://comfyui:8188'],
  ['COMFYUI_URL', 'https://10.0.0.7/comfy//', 'comfyuiUrl', 'https://10.0.0.7/comfy'],
  ['COMFYUI_URL', 'http://127.0.0.1:8188/', 'comfyuiUrl', 'http://127.0.0.1:8188'],
  ['COMFYUI_URL', 'HTTP://ComfyUI:80', 'comfyuiUrl', 'http://comfyui'],
  ['COMFYUI_URL', 'http://127.0.0.1:8188?', 'comfyuiUrl', 'http://127.0.0.1:8188'],
  ['COMFYUI_URL', 'http://127.0.0.1:8188/#', 'comfyuiUrl', 'http://127.0.0.1:8188'],
  ['COMFYUI_URL', 'http://[::1]:8188', 'comfyuiUrl', 'http://[::1]:8188'],
  ['COMFYUI_DIR', '', 'comfyuiDir', null],
  ['COMFYUI_DIR', '/workspace/ComfyUI/', 'comfyuiDir', '/workspace/ComfyUI'],
  ['COMFYUI_DIR', 'ComfyUI', 'comfyuiDir', join(process.cwd(), 'ComfyUI')],
  ['MANAGER_SECURITY_LEVEL', '', 'managerSecurityLevel', 'normal'],
  ['MANAGER_SECURITY_LEVEL', 'strong', 'managerSecurityLevel', 'strong'],
  ['MANAGER_SECURITY_LEVEL', 'weak', 'managerSecurityLevel', 'weak'],
  ['TRUSTED_PROXIES', '', 'trustedProxies', []],
  ['TRUSTED_PROXIES', ' , ,', 'trustedProxies', []],
  ['LOG_LEVEL', 'debug', 'logLevel', 'debug'],
  ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
];

t.test('each variable takes its good values', async (t) => {
  for (const [name, text, field, value] of GOOD)
    t.same(loadConfig({ [name]: text })[field], value, `${name}=${text}`);
  const proxies = loadConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1,192.0.2.7' }).trustedProxies;
  t.same(
    proxies.map(([address, bits]) => `${address}/${bits}`),
    ['10.0.0.0/8', '::1/128', '192.0.2.7/32'],
  );
});

// [variable, what is set, what the message says to write instead]
const BAD: readonly [keyof typeof VARIABLES, string, RegExp][] = [
  ['API_KEY', 'two words', /letters, digits and punctuation, without spaces/],
  ['API_KEY', 'schlüssel', /letters, digits/],
  ['API_KEY', 'line\nbreak', /letters, digits/],
  ['API_KEY', `${LONGEST}k`, /at most 128 characters/],
  ['STUDIO_ALLOW_WEAK_KEY', 'yes', /write 1 or 0/],
  ['STUDIO_ALLOW_WEAK_KEY', '2', /write 1 or 0/],
  ['STUDIO_HOST', 'localhost', /IP address, such as 0\.0\.0\.0/],
  ['STUDIO_HOST', '0.0.0.0:8000', /IP address/],
  ['STUDIO_PORT', '65536', /number from 0 to 65535/],
  ['STUDIO_PORT', '-1', /number from/],
  ['STUDIO_PORT', '8e3', /number from/],
  ['STUDIO_PORT', 'http', /number from/],
  ['COMFYUI_URL', '127.0.0.1:8188', /such as http:\/\/127\.0\.0\.1:8188/],
  ['COMFYUI_URL', 'localhost:8188', /such as http/],
  ['COMFYUI_URL', 'ftp://comfyui', /such as http/],
  ['COMFYUI_URL', 'ws://comfyui:8188', /such as http/],
  ['COMFYUI_URL', 'http://', /such as http/],
  ['COMFYUI_URL', 'http://me@comfyui', /without a user/],
  ['COMFYUI_URL', 'http://comfyui?a=b', /without a user, a query or a fragment/],
  ['COMFYUI_URL', 'http://comfyui#a', /without a user, a query or a fragment/],
  ['MANAGER_SECURITY_LEVEL', 'Strong', /one of strong, normal, weak/],
  ['MANAGER_SECURITY_LEVEL', 'normal-', /one of strong, normal, weak/],
  ['TRUSTED_PROXIES', '10.0.0.0/33', /"10\.0\.0\.0\/33" is none/],
  ['TRUSTED_PROXIES', '010.0.0.0/8', /"010\.0\.0\.0\/8" is none/],
  ['TRUSTED_PROXIES', 'proxy.example', /such as 10\.0\.0\.7 or 10\.0\.0\.0\/8/],
  ['TRUSTED_PROXIES', '*', /"\*" is none/],
  ['LOG_LEVEL', 'verbose', /trace, debug, info, warn, error, fatal, silent/],
  ['LOG_LEVEL', 'INFO', /trace, debug/],
];

t.test('a bad value is named with its variable, and with what to write instead', async (t) => {
  for (const [name, text, words] of BAD) {
    const [message = '', ...more] = mistakes({ [name]: text });
    t.ok(message.startsWith(`${name}: `), message);
    t.match(message, words);
    t.same(more, []);
  }
});

t.test('all mistakes come at once, one line each', async (t) => {
  const lines = mistakes({
    API_KEY: 'a b',
    STUDIO_PORT: 'x',
    STUDIO_HOST: 'y',
    LOG_LEVEL: 'z',
    TRUSTED_PROXIES: 'p, 10.0.0.1, q',
  });
  t.same(
    lines.map((line) => line.split(':', 1)[0]),
    ['API_KEY', 'STUDIO_HOST', 'STUDIO_PORT', 'TRUSTED_PROXIES', 'TRUSTED_PROXIES', 'LOG_LEVEL'],
  );
});

t.test('a message never shows the key, nor a password that stands in an address', async (t) => {
  const said = mistakes({
    API_KEY: 'my secret key',
    COMFYUI_URL: 'http://me:hunter2@comfyui:8188',
    STUDIO_PORT: 'x'.repeat(5000),
  }).join('\n');
  for (const secret of ['my secret', 'secret key', 'hunter2']) t.notMatch(said, secret);
  t.ok(said.length < 1000, 'and no value fills the screen');
});

t.test('a StartupError asks for exit code 78', async (t) => {
  t.throws(() => loadConfig({ STUDIO_PORT: 'x' }), { name: 'StartupError', exitCode: 78 });
});

t.test('nothing set is a good configuration, and it is frozen', async (t) => {
  const config = loadConfig({});
  t.match(config, {
    apiKey: null,
    allowWeakKey: false,
    studioDir: join(process.cwd(), 'studio-data'),
    host: '0.0.0.0',
    port: 8000,
    comfyuiUrl: 'http://127.0.0.1:8188',
    comfyuiDir: null,
    managerSecurityLevel: 'normal',
    trustedProxies: [],
    logLevel: 'info',
  });
  t.ok(Object.isFrozen(config));
});

t.test('every default is a good value', async (t) => {
  for (const [name, { fallback }] of Object.entries(VARIABLES))
    t.same(mistakes({ [name]: fallback }), [], name);
});

// [environment, the mistakes]
const TLS_MISTAKES: readonly [NodeJS.ProcessEnv, readonly RegExp[]][] = [
  [{ STUDIO_TLS_CERT: '/a.pem', STUDIO_TLS_KEY: '/b.pem' }, []],
  [{ STUDIO_TLS: 'self-signed', STUDIO_HTTP_REDIRECT_PORT: '8080' }, []],
  [{ STUDIO_TLS: 'self-signed', STUDIO_HTTP_REDIRECT_PORT: '0', STUDIO_PORT: '0' }, []],
  [{ STUDIO_TLS: 'yes' }, [/^STUDIO_TLS: "yes" will not do; write self-signed, or nothing/]],
  [{ STUDIO_TLS_CERT: '/a.pem' }, [/^STUDIO_TLS_KEY: .* missing/]],
  [{ STUDIO_TLS_KEY: '/b.pem' }, [/^STUDIO_TLS_CERT: .* missing/]],
  [
    { STUDIO_TLS: 'self-signed', STUDIO_TLS_CERT: '/a.pem', STUDIO_TLS_KEY: '/b.pem' },
    [/^STUDIO_TLS: there is a certificate in STUDIO_TLS_CERT/],
  ],
  [{ STUDIO_HTTP_REDIRECT_PORT: '8080' }, [/^STUDIO_HTTP_REDIRECT_PORT: there is no https/]],
  [
    { STUDIO_HTTP_REDIRECT_PORT: '8000', STUDIO_TLS: 'self-signed' },
    [/^STUDIO_HTTP_REDIRECT_PORT: it is one of the others/],
  ],
  [
    { STUDIO_HTTP_REDIRECT_PORT: '8001', STUDIO_COMFYUI_PORT: '8001', STUDIO_TLS: 'self-signed' },
    [/^STUDIO_HTTP_REDIRECT_PORT: it is one of the others/],
  ],
];

t.test('https: what belongs together is asked for together', async (t) => {
  for (const [env, expected] of TLS_MISTAKES) {
    const found = mistakes(env);
    t.equal(found.length, expected.length, JSON.stringify(env));
    for (const [index, words] of expected.entries()) t.match(found[index], words);
  }
  t.same(loadConfig({ STUDIO_TLS_CERT: '/a.pem', STUDIO_TLS_KEY: 'b.pem' }).tls, {
    kind: 'files',
    files: { certificate: '/a.pem', key: join(process.cwd(), 'b.pem') },
  });
});
