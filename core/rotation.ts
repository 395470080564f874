import { join } from 'node:path';
import type { ApiKey } from './auth/api-key.ts';
import { type ChosenKey, keyFile, readChangedKey } from './auth/choose-key.ts';
import type { JudgeKey } from './auth/judge-key.ts';
import { loadSecret, replaceSecret, SECRET_FILE } from './auth/secret.ts';
import type { Sessions } from './auth/session.ts';
import { watchFile } from './auth/watched-file.ts';
import type { Config } from './config.ts';
import type { EventLog } from './events/event-log.ts';
import type { Sender } from './http/sender.ts';
import type { Log, Secrets } from './log.ts';

/** Changes what lets people in, while Studio runs. */
export interface Rotation {
  /** The key that is in force, and where it came from. */
  readonly key: ChosenKey;
  /**
   * Makes a new secret, so that every session has ended, and says by whose wish. Throws the file system's error, with
   * everything as it was, when the secret cannot be kept.
   */
  rotateSessions(by: Sender): void;
  /** Reads key and secret again. What will not do is refused with a warning, and the old one stays. Never rejects. */
  reload(): Promise<void>;
  /** Lets go of the files. */
  close(): void;
}

export interface RotationOptions {
  readonly config: Config;
  readonly chosen: ChosenKey;
  readonly judgeKey?: JudgeKey | undefined;
  readonly apiKey: ApiKey;
  readonly secret: Uint8Array;
  readonly sessions: Sessions;
  readonly events: EventLog;
  readonly log: Log;
  readonly secrets: Secrets;
  /** Ends the open sockets of sessions, or of the key as well. */
  readonly closeSockets: (whose: 'sessions' | 'everybody', reason: string) => void;
}

/** Secret and key are watched; a key that comes from the environment cannot change. */
export function createRotation(options: RotationOptions): Rotation {
  const { config, apiKey, sessions, events, log, secrets, closeSockets } = options;
  let { chosen, secret } = options;
  let reloads = Promise.resolve();

  function useSecret(next: Uint8Array): void {
    secret = next;
    sessions.rekey(secret, apiKey.digest);
    closeSockets('sessions', 'Sessions were rotated');
  }

  function useKey(next: ChosenKey): void {
    // First of all, so that no line of what follows can hold it.
    secrets.learn(next.key);
    chosen = next;
    apiKey.replace(next.key);
    sessions.rekey(secret, apiKey.digest);
    closeSockets('everybody', 'The key was changed');
    events.append({
      type: 'auth.key.changed',
      severity: 'warning',
      message: 'The key was changed: the old one is refused, and every session has ended',
      data: { source: next.source },
    });
  }

  async function reloadKey(): Promise<void> {
    const found = await readChangedKey(config, options.judgeKey);
    if ('refused' in found) {
      log.warn(`${found.source} was changed, but ${found.refused}: the key that was in force stays`);
      return;
    }
    if (apiKey.matches(found.key)) return;
    useKey(found);
    log.warn(`The key was changed to the one in ${found.source}; every session has ended`);
    if (found.warning !== null) log.warn(found.warning);
  }

  function reloadSecret(): void {
    const found = loadSecret(config.studioDir, (message) => log.warn(message));
    if (found.equals(secret)) return;
    useSecret(found);
    events.append(rotated('The secret file was changed: every session has ended', {}));
  }

  /** One after the other: a slow look at an old key shall not end after a quick one at a new key. */
  function inTurn(work: () => void | Promise<void>): Promise<void> {
    reloads = reloads.then(work).catch((error: unknown) => {
      log.warn({ err: error }, 'the key and the secret stay as they are: they could not be read again');
    });
    return reloads;
  }

  function watch(path: string, reload: () => void | Promise<void>): () => void {
    return watchFile(
      path,
      () => void inTurn(reload),
      (message) => log.warn(message),
    );
  }

  // Another Studio on this folder may rotate, and so does `studio rotate`.
  const stopWatching = [watch(join(config.studioDir, SECRET_FILE), reloadSecret)];
  if (config.apiKey === null) stopWatching.push(watch(keyFile(config.studioDir), reloadKey));

  return {
    get key() {
      return chosen;
    },
    rotateSessions(by) {
      useSecret(replaceSecret(config.studioDir));
      events.append(rotated(`Every session was ended from ${by.ip}`, { ...by }));
    },
    reload: () =>
      inTurn(async () => {
        reloadSecret();
        if (config.apiKey === null) await reloadKey();
      }),
    close() {
      for (const stop of stopWatching) stop();
    },
  };
}

function rotated(message: string, data: Readonly<Record<string, unknown>>) {
  return { type: 'auth.sessions.rotated', severity: 'warning', message, data } as const;
}
