import { mkdirSync } from 'node:fs';
import { type ApiKey, createApiKey } from '../auth/api-key.ts';
import { type ChosenKey, chooseKey } from '../auth/choose-key.ts';
import type { JudgeKey } from '../auth/judge-key.ts';
import { loadSecret } from '../auth/secret.ts';
import { createSessions, type Sessions } from '../auth/session.ts';
import type { Config } from '../config.ts';
import { createSecrets, type Log, type Secrets } from '../log.ts';
import { StartupError } from '../startup-error.ts';
import { KNOWN_TOKENS } from '../tokens.ts';
import { secretsOfEnvironment } from '../update/clean-environment.ts';

/** What lets people in, and a log that tells nobody of it. */
export interface Access {
  readonly chosen: ChosenKey;
  readonly apiKey: ApiKey;
  readonly secret: Uint8Array;
  readonly sessions: Sessions;
  /** All that was secret at the start, each as it stands in the configuration or the environment. */
  readonly strings: readonly string[];
  /** The same, and what became secret later: these are taken out of every text. */
  readonly secrets: Secrets;
  readonly log: Log;
}

export interface AccessOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly createLog: (secrets: Secrets) => Promise<Log>;
  readonly judgeKey: JudgeKey | undefined;
}

/** Reads key and secret from STUDIO_DIR, or makes them. Throws StartupError when that cannot be done as configured. */
export async function openAccess({ config, env, createLog, judgeKey }: AccessOptions): Promise<Access> {
  makeFolder(config.studioDir);
  const chosen = await chooseKey(config, judgeKey);
  const strings = [...secretsOf(chosen.key, config), ...secretsOfEnvironment(env)];
  const secrets = createSecrets(...strings);
  const log = await createLog(secrets);
  if (chosen.warning !== null) log.warn(chosen.warning);

  const secret = loadSecret(config.studioDir, (message) => log.warn(message));
  const apiKey = createApiKey(chosen.key);
  const sessions = createSessions(secret, apiKey.digest);
  return { chosen, apiKey, secret, sessions, strings, secrets, log };
}

/** A shorter one is no token, and would be found in ordinary words. */
const SHORTEST_TOKEN = 8;

/** What must never stand in a log: the header's value, and the credentials in it alone. */
function secretsOf(key: string, { comfyuiAuthorization, given }: Config): readonly string[] {
  const tokens = KNOWN_TOKENS.map((name) => given[name] ?? '').filter(
    ({ length }) => length >= SHORTEST_TOKEN,
  );
  if (comfyuiAuthorization === null) return [key, ...tokens];
  return [key, ...tokens, comfyuiAuthorization, comfyuiAuthorization.replace(/^\S+ +/, '')];
}

function makeFolder(studioDir: string): void {
  try {
    mkdirSync(studioDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `STUDIO_DIR: cannot make the folder ${studioDir} (${reason}). Name one that this user can write.`,
    );
  }
}
