import { pino } from 'pino';

export type Log = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Headers and fields that hold secrets. Nothing logs them on purpose; this is for the day that something does. */
const REDACTED = ['x-api-key', 'authorization', 'cookie', 'set-cookie', 'api_key', 'key', 'secret', 'token'];

export interface LogOptions {
  readonly level: LogLevel;
  /** The strings that must never be printed, wherever they stand. */
  readonly secrets: readonly string[];
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
      hooks: { streamWrite: scrubber(options.secrets) },
    },
    destination,
  );
}

/** Removes the secrets, in the spellings they can have in a JSON line, and anything that looks like a session token. */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const spellings = new Set(
    secrets.flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(`:${secret}`).toString('base64'),
    ]),
  );
  spellings.delete('');
  return (line) => {
    let clean = line.replace(/authenticated(:|%3A)\d+\.[0-9a-f]+/gi, 'authenticated:[redacted]');
    for (const spelling of spellings) clean = clean.replaceAll(spelling, '[redacted]');
    return clean;
  };
}

async function standardOutput(): Promise<pino.DestinationStream> {
  // Synchronous: the last lines before an exit are the ones that matter.
  if (!process.stdout.isTTY) return pino.destination({ dest: 1, sync: true });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: 1, sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' });
}
