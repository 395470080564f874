import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { StartupError } from '../startup-error.ts';
import { LONGEST_KEY } from './api-key.ts';
import { createOnce } from './durable-file.ts';
import { rememberStrong, wasFoundStrong } from './found-strong.ts';
import { generateKey } from './generate-key.ts';
import { type JudgeKey, judgeKey } from './judge-key.ts';
import { type KeyVerdict, STRONG } from './key-strength.ts';

const FILE = '.api_key';

/** As generateKey makes them. */
const GENERATED = /^studio_[\w-]{43}$/;

export interface ChosenKey {
  readonly key: string;
  /** For the start message: where the key lies, never what it is. */
  readonly source: string;
  /** What the owner must be told about it, or null. */
  readonly warning: string | null;
  readonly verdict: KeyVerdict;
}

/**
 * The key from API_KEY, else from STUDIO_DIR/.api_key, which is made at the first start.
 * Throws StartupError for a key that is easy to guess, unless STUDIO_ALLOW_WEAK_KEY is set.
 */
export async function chooseKey(config: Config, judge: JudgeKey = judgeKey): Promise<ChosenKey> {
  const { key, source } =
    config.apiKey === null ? keyFromFile(config.studioDir) : { key: config.apiKey, source: 'API_KEY' };
  const verdict = await judgeOnce(config, key, judge);
  const why = verdict.weakness;
  if (why !== null && !config.allowWeakKey) {
    throw new StartupError(
      `API_KEY: the key from ${source} ${why}, and this port may be open to the whole internet. ` +
        'Make a good one with "openssl rand -base64 32", or leave API_KEY out and Studio makes one. ' +
        'STUDIO_ALLOW_WEAK_KEY=1 starts all the same.',
    );
  }
  return { key, source, verdict, warning: warningOf(source, verdict) };
}

/** Where the key lies when API_KEY is not set. */
export function keyFile(studioDir: string): string {
  return join(studioDir, FILE);
}

/**
 * The key that lies in STUDIO_DIR/.api_key now, judged as at the start; `refused` says why it will not do. Unlike at the
 * start nothing is made: a file that is gone for a moment shall not change anything.
 */
export async function readChangedKey(
  config: Config,
  judge: JudgeKey = judgeKey,
): Promise<ChosenKey | { readonly refused: string; readonly source: string }> {
  const source = keyFile(config.studioDir);
  const found = readKey(source);
  if ('unreadable' in found) return { source, refused: `it cannot be read (${found.unreadable})` };
  if (found.key === null) return { source, refused: 'there is no usable key in it' };
  const verdict = await judgeOnce(config, found.key, judge);
  const why = verdict.weakness;
  if (why !== null && !config.allowWeakKey) return { source, refused: `the key in it ${why}` };
  return { key: found.key, source, verdict, warning: warningOf(source, verdict) };
}

/** The key that lies there, whatever it is worth; null: there is none that could be used. */
export function keyInFile(studioDir: string): string | null {
  const found = readKey(keyFile(studioDir));
  return 'unreadable' in found ? null : found.key;
}

function readKey(path: string): { readonly key: string | null } | { readonly unreadable: string } {
  try {
    return { key: usableKey(readFileSync(path, 'utf8')) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** Only a key of our own making is taken for good unseen: anybody can write one that looks like it. */
async function judgeOnce(config: Config, key: string, judge: JudgeKey): Promise<KeyVerdict> {
  const { apiKey, studioDir } = config;
  if (apiKey === null && GENERATED.test(key)) return STRONG;
  if (await wasFoundStrong(studioDir, key)) return STRONG;
  const verdict = await judge(key);
  if (verdict.weakness === null && !verdict.common) await rememberStrong(studioDir, key);
  return verdict;
}

function warningOf(source: string, { weakness }: KeyVerdict): string | null {
  return weakness === null
    ? null
    : `The key from ${source} ${weakness}. Anybody who can reach this port can try it.`;
}

function usableKey(text: string): string | null {
  const key = text.trim();
  return /^[\x21-\x7e]+$/.test(key) && key.length <= LONGEST_KEY ? key : null;
}

function keyFromFile(studioDir: string): { key: string; source: string } {
  const path = keyFile(studioDir);
  try {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : createOnce(path, `${generateKey()}\n`);
    const key = usableKey(text);
    if (key !== null) return { key, source: path };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `STUDIO_DIR: cannot keep the key in ${path} (${reason}). Name a folder that this user can write.`,
    );
  }
  throw new StartupError(
    `${path}: there is no usable key in it. Write one line of letters, digits and punctuation, or delete the file.`,
  );
}
