import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { LONGEST_KEY } from './auth/api-key.ts';
import { type AddressRange, parseRange } from './auth/client-address.ts';
import type { Retention } from './events/retention.ts';
import type { LogLevel } from './log.ts';
import { SECURITY_LEVELS, type SecurityLevel, securityLevel } from './proxy/manager-level.ts';
import type { RunRetention } from './runs/run-retention.ts';
import { StartupError } from './startup-error.ts';
import type { TlsSource } from './tls/source.ts';
import { KNOWN_TOKENS } from './tokens.ts';
import { splitCommand } from './update/split-command.ts';

export interface Config {
  /** The owner's key, or null: it is in STUDIO_DIR/.api_key, or will be. */
  readonly apiKey: string | null;
  readonly allowWeakKey: boolean;
  /** Absolute. */
  readonly studioDir: string;
  readonly host: string;
  readonly port: number;
  /** Where ComfyUI alone is served, at `/`; null: nowhere. */
  readonly comfyuiPort: number | null;
  /** The certificate that both ports answer with; null: they speak plain http. */
  readonly tls: TlsSource | null;
  /** Where plain http is led to https; null: nowhere. */
  readonly httpRedirectPort: number | null;
  /** Without a trailing slash. */
  readonly comfyuiUrl: string;
  /** Where ComfyUI lies on this machine, absolute, or null: not known. */
  readonly comfyuiDir: string | null;
  /** For the first start only: from then on the level is Studio's own setting. */
  readonly managerSecurityLevel: SecurityLevel;
  /** The whole value of the Authorization header for ComfyUI, or null. */
  readonly comfyuiAuthorization: string | null;
  /** How many seconds ComfyUI may be silent while an answer is due. */
  readonly comfyuiTimeoutSeconds: number;
  readonly trustedProxies: readonly AddressRange[];
  /** Of all kinds, WebSockets included. */
  readonly maxConnections: number;
  /** 0: no limit. */
  readonly maxViewersPerAddress: number;
  readonly runsKept: RunRetention;
  readonly eventsKept: Retention;
  /** The words of the update command; null: there is none. */
  readonly updateCommand: readonly string[] | null;
  readonly updateTimeoutSeconds: number;
  /** Whether Studio restarts after each update that succeeds. */
  readonly restartAfterUpdate: boolean;
  readonly restartBy: RestartBy;
  readonly logLevel: LogLevel;
  /** The text of each variable that is set, of the known tokens too: secrets among them. */
  readonly given: Readonly<Record<string, string>>;
}

/** `handover`: a new process takes over, without a gap. `exit`: this one ends with 75, and its supervisor starts the next. */
export type RestartBy = 'handover' | 'exit';

/** One environment variable: how it is read, and what `--help` and the README say of it. */
interface Variable<T> {
  readonly fallback: string;
  readonly help: string;
  /** Its messages say what to write instead, and never repeat a secret. */
  readonly schema: z.ZodType<T, string>;
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function variable<T>(fallback: string, help: string, schema: z.ZodType<T, string>): Variable<T> {
  return { fallback, help, schema };
}

/** Every variable that Studio reads. */
export const VARIABLES = {
  API_KEY: variable(
    '',
    'The key to log in with. Not set: one is made at the first start and kept in STUDIO_DIR/.api_key.',
    z
      .string()
      .regex(/^[\x21-\x7e]*$/, 'write it with letters, digits and punctuation, without spaces')
      .max(LONGEST_KEY, `write at most ${LONGEST_KEY} characters`)
      .transform((key) => (key === '' ? null : key)),
  ),
  STUDIO_ALLOW_WEAK_KEY: variable(
    '0',
    '1 starts even with a key that is easy to guess. For a try on your own machine only.',
    flag(),
  ),
  STUDIO_DIR: variable(
    './studio-data',
    'Where Studio keeps its secret, its key and its records.',
    z.string().transform((path) => (isAbsolute(path) ? path : resolve(path))),
  ),
  STUDIO_HOST: variable(
    '0.0.0.0',
    'The address to listen on; 127.0.0.1 for this machine only.',
    z.union([z.ipv4(), z.ipv6()], 'write an IP address, such as 0.0.0.0 or 127.0.0.1'),
  ),
  STUDIO_PORT: variable('8000', 'The port to listen on.', wholeNumber(0, 65_535)),
  STUDIO_COMFYUI_PORT: variable(
    '',
    'A second port, behind the same login, where ComfyUI is at /: for API clients that know no sub-path. Not set: there is none.',
    portOrNone(),
  ),
  STUDIO_TLS_CERT: variable(
    '',
    "A file with the certificate for https, in PEM: the server's own first, then those that vouch for it. With STUDIO_TLS_KEY. Not set: plain http.",
    path(),
  ),
  STUDIO_TLS_KEY: variable(
    '',
    'The file with its private key, in PEM, not encrypted. Both are read again when they change.',
    path(),
  ),
  STUDIO_TLS: variable(
    '',
    'self-signed answers over https with a certificate that Studio makes and keeps in STUDIO_DIR.',
    z.enum(['', 'self-signed'], 'write self-signed, or nothing').transform((text) => text === 'self-signed'),
  ),
  STUDIO_HTTP_REDIRECT_PORT: variable(
    '',
    'With https, a further port that speaks plain http and only says where https is. Not set: there is none.',
    portOrNone(),
  ),
  COMFYUI_URL: variable(
    'http://127.0.0.1:8188',
    'Where ComfyUI answers. Only Studio should be able to reach it.',
    z
      .string()
      .refine(
        isPlainHttpUrl,
        'write an address such as http://127.0.0.1:8188, without a user, a query or a fragment',
      )
      .transform((text) => {
        // As it was understood: a tab or a lone `?` in it would otherwise go into every address made from this.
        const { origin, pathname } = new URL(text);
        return (origin + pathname).replace(/\/+$/, '');
      }),
  ),
  COMFYUI_DIR: variable(
    '',
    "ComfyUI's own folder, where Studio keeps ComfyUI Manager's config.ini at its security level.",
    path(),
  ),
  MANAGER_SECURITY_LEVEL: variable(
    'normal',
    `What ComfyUI Manager is held to: ${SECURITY_LEVELS.join(', ')}. Read at the first start only; Studio keeps the level from then on.`,
    z.string().transform((name, context) => {
      const level = securityLevel(name);
      if (level === undefined) context.addIssue(`write one of ${SECURITY_LEVELS.join(', ')}`);
      return level ?? 'strong';
    }),
  ),
  COMFYUI_AUTHORIZATION: variable(
    '',
    'Sent to ComfyUI as its Authorization header, where it has a lock of its own: Bearer <token>, or Basic <user:password in base64>.',
    z
      .string()
      .regex(/^(?:[\w-]+ +[\x21-\x7e]+)?$/, 'write a scheme and the credentials, such as Bearer abc')
      .max(4096, 'write at most 4096 characters')
      .transform((value) => (value === '' ? null : value)),
  ),
  COMFYUI_TIMEOUT_S: variable(
    '600',
    'How many seconds ComfyUI may be silent before a request that waits for it gets 504.',
    wholeNumber(1, 86_400),
  ),
  TRUSTED_PROXIES: variable(
    '',
    'Addresses or CIDR blocks, separated by commas, of the proxies in front of Studio, whose X-Forwarded-* headers are believed.',
    z.string().transform((list, context) => {
      const parts = list
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      return parts.flatMap((part) => {
        const range = parseRange(part);
        if (range === null)
          context.addIssue(`write addresses such as 10.0.0.7 or 10.0.0.0/8; ${JSON.stringify(part)} is none`);
        return range === null ? [] : [range];
      });
    }),
  ),
  STUDIO_MAX_CONNECTIONS: variable(
    '10000',
    'How many connections may be open at once, of all kinds; one more is closed at once.',
    wholeNumber(1, 1_000_000),
  ),
  STUDIO_MAX_VIEWERS_PER_ADDRESS: variable(
    '0',
    'How many live streams one address may hold open (IPv6 by /64); 0 sets no limit. Name your proxies in TRUSTED_PROXIES first: all who come through one that is not named count as one address.',
    wholeNumber(0, 1_000_000),
  ),
  STUDIO_RUNS_KEPT: variable(
    '10000',
    'How many runs that are over are remembered. Their pictures stay, whatever is forgotten.',
    wholeNumber(1, 10_000_000),
  ),
  STUDIO_RUNS_KEPT_DAYS: variable('365', 'For how many days.', wholeNumber(1, 36_500)),
  STUDIO_RUNS_KEPT_MB: variable(
    '1024',
    'How much room they may take, in MiB: workflows can carry pictures inside.',
    wholeNumber(1, 1_000_000),
  ),
  STUDIO_EVENTS_KEPT: variable('50000', 'How many events are remembered.', wholeNumber(100, 10_000_000)),
  STUDIO_EVENTS_KEPT_DAYS: variable('90', 'For how many days.', wholeNumber(1, 36_500)),
  STUDIO_AUDIT_KEPT_DAYS: variable(
    '90',
    'For how many days it is remembered who logged in, who tried to, and what was done with the key; whatever else happens.',
    wholeNumber(1, 36_500),
  ),
  STUDIO_UPDATE_COMMAND: variable(
    '',
    "What POST /api/admin/system/update runs, without a shell; one that needs a shell asks for it: sh -c 'git pull && npm ci && npm run build'.",
    z.string().transform((text, context) => {
      try {
        return text === '' ? null : splitCommand(text);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
        return null;
      }
    }),
  ),
  STUDIO_UPDATE_TIMEOUT_S: variable(
    '1800',
    'How many seconds the update command may take before it is ended.',
    wholeNumber(1, 86_400),
  ),
  STUDIO_RESTART_AFTER_UPDATE: variable(
    '0',
    '1 restarts Studio after each update that ends with 0. An update command that ends with 75 asks for that by itself.',
    flag(),
  ),
  STUDIO_RESTART_BY: variable(
    'handover',
    'How: handover starts the new Studio beside the old one, which loses no request; exit ends with code 75, for a supervisor that starts it anew.',
    z.enum(['handover', 'exit'], 'write handover or exit'),
  ),
  LOG_LEVEL: variable(
    'info',
    `How much is logged: ${LEVELS.join(', ')}.`,
    z.string().transform((level, context) => {
      const known = LEVELS.find((name) => name === level);
      if (known === undefined) context.addIssue(`write one of ${LEVELS.join(', ')}`);
      return known ?? 'info';
    }),
  ),
};

/** Whose value is never repeated. */
export const SECRET: ReadonlySet<string> = new Set([
  'API_KEY',
  'COMFYUI_AUTHORIZATION',
  // There may be a token in it, which it is told by the way.
  'STUDIO_UPDATE_COMMAND',
  ...KNOWN_TOKENS,
]);

/**
 * Reads the environment. Throws StartupError with every mistake at once. A variable that is empty counts as not set.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: string[] = [];
  function read<T>(name: keyof typeof VARIABLES, { schema, fallback }: Variable<T>): T {
    const text = env[name]?.trim() || fallback;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    const found = SECRET.has(name) ? 'it' : JSON.stringify(withoutPassword(text).slice(0, 100));
    mistakes.push(...result.error.issues.map((issue) => `${name}: ${found} will not do; ${issue.message}.`));
    return schema.parse(fallback);
  }
  function readTls(): TlsSource | null {
    const certificate = read('STUDIO_TLS_CERT', VARIABLES.STUDIO_TLS_CERT);
    const key = read('STUDIO_TLS_KEY', VARIABLES.STUDIO_TLS_KEY);
    const selfSigned = read('STUDIO_TLS', VARIABLES.STUDIO_TLS);
    if (certificate === null && key === null) return selfSigned ? { kind: 'self-signed' } : null;
    if (selfSigned)
      mistakes.push('STUDIO_TLS: there is a certificate in STUDIO_TLS_CERT; set one or the other.');
    if (certificate === null)
      mistakes.push('STUDIO_TLS_CERT: the certificate that belongs to STUDIO_TLS_KEY is missing.');
    if (key === null) mistakes.push('STUDIO_TLS_KEY: the key that belongs to STUDIO_TLS_CERT is missing.');
    return { kind: 'files', files: { certificate: certificate ?? '', key: key ?? '' } };
  }
  const config: Config = {
    apiKey: read('API_KEY', VARIABLES.API_KEY),
    allowWeakKey: read('STUDIO_ALLOW_WEAK_KEY', VARIABLES.STUDIO_ALLOW_WEAK_KEY),
    studioDir: read('STUDIO_DIR', VARIABLES.STUDIO_DIR),
    host: read('STUDIO_HOST', VARIABLES.STUDIO_HOST),
    port: read('STUDIO_PORT', VARIABLES.STUDIO_PORT),
    comfyuiPort: read('STUDIO_COMFYUI_PORT', VARIABLES.STUDIO_COMFYUI_PORT),
    tls: readTls(),
    httpRedirectPort: read('STUDIO_HTTP_REDIRECT_PORT', VARIABLES.STUDIO_HTTP_REDIRECT_PORT),
    comfyuiUrl: read('COMFYUI_URL', VARIABLES.COMFYUI_URL),
    comfyuiDir: read('COMFYUI_DIR', VARIABLES.COMFYUI_DIR),
    managerSecurityLevel: read('MANAGER_SECURITY_LEVEL', VARIABLES.MANAGER_SECURITY_LEVEL),
    comfyuiAuthorization: read('COMFYUI_AUTHORIZATION', VARIABLES.COMFYUI_AUTHORIZATION),
    comfyuiTimeoutSeconds: read('COMFYUI_TIMEOUT_S', VARIABLES.COMFYUI_TIMEOUT_S),
    trustedProxies: read('TRUSTED_PROXIES', VARIABLES.TRUSTED_PROXIES),
    maxConnections: read('STUDIO_MAX_CONNECTIONS', VARIABLES.STUDIO_MAX_CONNECTIONS),
    maxViewersPerAddress: read('STUDIO_MAX_VIEWERS_PER_ADDRESS', VARIABLES.STUDIO_MAX_VIEWERS_PER_ADDRESS),
    runsKept: {
      count: read('STUDIO_RUNS_KEPT', VARIABLES.STUDIO_RUNS_KEPT),
      days: read('STUDIO_RUNS_KEPT_DAYS', VARIABLES.STUDIO_RUNS_KEPT_DAYS),
      bytes: read('STUDIO_RUNS_KEPT_MB', VARIABLES.STUDIO_RUNS_KEPT_MB) * 1024 * 1024,
    },
    eventsKept: {
      count: read('STUDIO_EVENTS_KEPT', VARIABLES.STUDIO_EVENTS_KEPT),
      days: read('STUDIO_EVENTS_KEPT_DAYS', VARIABLES.STUDIO_EVENTS_KEPT_DAYS),
      auditDays: read('STUDIO_AUDIT_KEPT_DAYS', VARIABLES.STUDIO_AUDIT_KEPT_DAYS),
    },
    updateCommand: read('STUDIO_UPDATE_COMMAND', VARIABLES.STUDIO_UPDATE_COMMAND),
    updateTimeoutSeconds: read('STUDIO_UPDATE_TIMEOUT_S', VARIABLES.STUDIO_UPDATE_TIMEOUT_S),
    restartAfterUpdate: read('STUDIO_RESTART_AFTER_UPDATE', VARIABLES.STUDIO_RESTART_AFTER_UPDATE),
    restartBy: read('STUDIO_RESTART_BY', VARIABLES.STUDIO_RESTART_BY),
    logLevel: read('LOG_LEVEL', VARIABLES.LOG_LEVEL),
    given: Object.freeze(givenIn(env)),
  };
  if (config.comfyuiPort === config.port && config.port !== 0)
    mistakes.push('STUDIO_COMFYUI_PORT: it is STUDIO_PORT already; write another port.');
  const { httpRedirectPort } = config;
  if (httpRedirectPort !== null) {
    if (httpRedirectPort !== 0 && [config.port, config.comfyuiPort].includes(httpRedirectPort))
      mistakes.push('STUDIO_HTTP_REDIRECT_PORT: it is one of the others already; write another port.');
    if (config.tls === null)
      mistakes.push(
        'STUDIO_HTTP_REDIRECT_PORT: there is no https to lead to; set STUDIO_TLS_CERT and STUDIO_TLS_KEY too.',
      );
  }
  if (mistakes.length > 0) throw new StartupError(mistakes.join('\n'));
  return Object.freeze(config);
}

function givenIn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of [...Object.keys(VARIABLES), ...KNOWN_TOKENS]) {
    const text = env[name]?.trim();
    if (text) given[name] = text;
  }
  return given;
}

function flag(): z.ZodType<boolean, string> {
  return z
    .string()
    .regex(/^(0|1|true|false)$/, 'write 1 or 0')
    .transform((text) => text === '1' || text === 'true');
}

/** Absolute; null where there is none. */
function path(): z.ZodType<string | null, string> {
  return z.string().transform((text) => (text === '' ? null : resolve(text)));
}

function portOrNone(): z.ZodType<number | null, string> {
  const advice = 'write a port from 0 to 65535, or nothing';
  return z
    .string()
    .regex(/^[0-9]{0,5}$/, advice)
    .transform((text) => (text === '' ? null : Number(text)))
    .refine((port) => port === null || port <= 65_535, advice);
}

function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const advice = `write a number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, advice)
    .transform(Number)
    .refine((number) => number >= least && number <= most, advice);
}

/** An address with a user and a password is refused, but not shown. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/.*@/, '//[hidden]@');
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  );
}
