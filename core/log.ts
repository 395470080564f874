import { pino } from 'pino';

export type Log = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Headers and fields that hold secrets. Nothing logs them on purpose; this is for the day that something does. */
const REDACTED = [
  'x-api-key',
  'authorization',
  'cookie',
  'set-cookie',
  'api_key',
  'apiKey',
  'key',
  'secret',
  'token',
];

export interface LogOptions {
  readonly level: LogLevel;
  /** What must never be printed, wherever it stands. */
  readonly secrets: Secrets;
  /** Where lines go; default standard output, in colours when that is a terminal. */
  readonly destination?: pino.DestinationStream;
}

/** JSON lines, or readable ones on a terminal. Every line passes a filter that knows the secrets. */
export async function createLog(options: LogOptions): Promise<Log> {
  const destination = options.destination ?? (await standardOutput());
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: REDACTED.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[redacted]',
      },
      hooks: { streamWrite: options.secrets.scrub },
    },
    destination,
  );
}

/** The strings that must stand in no log and in no event. A key that was replaced is still one of them. */
export interface Secrets {
  /** The line without them. */
  readonly scrub: (line: string) => string;
  learn(...secrets: readonly string[]): void;
}

/** Of those that were learnt later: each costs a look through every line. */
const MOST_LEARNT = 16;

export function createSecrets(...initial: readonly string[]): Secrets {
  let learnt: readonly string[] = [];
  let scrub = scrubber(initial);
  return {
    scrub: (line) => scrub(line),
    learn(...secrets) {
      learnt = [...new Set([...learnt, ...secrets])].slice(-MOST_LEARNT);
      scrub = scrubber([...initial, ...learnt]);
    },
  };
}

/** Removes the secrets, in the spellings they can have in a JSON line, and anything that looks like a session token. */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const spellings = new Set(secrets.flatMap(spellingsOf));
  spellings.delete('');
  const patterns = secrets.flatMap(base64Patterns);
  return (line) => {
    let clean = line.replace(/authenticated(:|%3A)\d+\.[0-9a-f]+/gi, 'authenticated:[redacted]');
    for (const spelling of spellings) clean = clean.replaceAll(spelling, '[redacted]');
    for (const pattern of patterns) clean = clean.replace(pattern, '[redacted]');
    return clean;
  };
}

/** As it is, inside JSON, inside JSON inside JSON, in a path, in a query or a form. */
function spellingsOf(secret: string): string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  const encoded = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  const lowerCase = encoded.map((text) => text.replace(/%../g, (byte) => byte.toLowerCase()));
  return [secret, quoted, JSON.stringify(quoted).slice(1, -1), ...encoded, ...lowerCase];
}

/** A shorter piece of base64 would be found in ordinary words. */
const SHORTEST_BASE64 = 4;

/**
 * The secret within a longer text's base64 (RFC 4648, 4 and 5), such as `user:key`. It can fall on the groups of three
 * bytes in three ways; what it shares a character with, at either end, goes as well.
 */
function base64Patterns(secret: string): RegExp[] {
  return [0, 1, 2].flatMap((bytesBefore) => {
    const bytes = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(secret)]);
    const wholeCharacters = Math.floor((bytes.length * 8) / 6);
    const own = bytes.toString('base64').slice(bytesBefore === 0 ? 0 : bytesBefore + 1, wholeCharacters);
    if (own.length < SHORTEST_BASE64) return [];
    const either = own.replaceAll('+', '[+-]').replaceAll('/', '[/_]');
    const sharedBefore = bytesBefore === 0 ? '' : '.';
    const sharedAfter = bytes.length % 3 === 0 ? '' : '.=*';
    return [new RegExp(sharedBefore + either + sharedAfter, 'g')];
  });
}

async function standardOutput(): Promise<pino.DestinationStream> {
  // Synchronous: the last lines before an exit are the ones that matter.
  if (!process.stdout.isTTY) return pino.destination({ dest: 1, sync: true });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: 1, sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' });
}
