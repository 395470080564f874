import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { LONGEST_KEY } from '../auth/api-key.ts';
import type { LogLevel } from '../log.ts';
import { SECURITY_LEVELS, securityLevel } from '../proxy/manager-level.ts';
import { KNOWN_TOKENS } from '../tokens.ts';
import { addressRanges, commandWords, flag, httpAddress, path, portOrNone, wholeNumber } from './values.ts';

/** One environment variable: how it is read, and what `--help` and the README say of it. */
export interface Variable<T> {
  readonly fallback: string;
  readonly help: string;
  /** Its messages say what to write instead, and never repeat a secret. */
  readonly schema: z.ZodType<T, string>;
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function variable<T>(fallback: string, help: string, schema: z.ZodType<T, string>): Variable<T> {
  return { fallback, help, schema };
}

/** Every variable that Studio reads, as `--help` and the README list them; loadConfig puts their values together. */
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
    httpAddress(),
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
    addressRanges(),
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
    commandWords(),
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
