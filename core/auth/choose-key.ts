import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { StartupError } from '../startup-error.ts';
import { LONGEST_KEY } from './api-key.ts';
import { createOnce } from './durable-file.ts';
import { weakness } from './key-strength.ts';

const FILE = '.api_key';

/** 256 random bits, and a prefix that secret scanners can look for. */
const GENERATED = /^studio_[\w-]{43}$/;

export interface ChosenKey {
  readonly key: string;
  /** For the start message: where the key lies, never what it is. */
  readonly source: string;
  /** What the owner must be told about it, or null. */
  readonly warning: string | null;
}

/**
 * The key from API_KEY, else from STUDIO_DIR/.api_key, which is made at the first start.
 * Throws StartupError for a key that is easy to guess, unless STUDIO_ALLOW_WEAK_KEY is set.
 */
export async function chooseKey(config: Config): Promise<ChosenKey> {
  const { key, source } =
    config.apiKey === null ? keyFromFile(config.studioDir) : { key: config.apiKey, source: 'API_KEY' };
  const why = await weaknessFrom(config, key);
  if (why === null) return { key, source, warning: null };
  if (!config.allowWeakKey) {
    throw new StartupError(
      `API_KEY: the key from ${source} ${why}, and this port may be open to the whole internet. ` +
        'Make a good one with "openssl rand -base64 32", or leave API_KEY out and Studio makes one. ' +
        'STUDIO_ALLOW_WEAK_KEY=1 starts all the same.',
    );
  }
  return {
    key,
    source,
    warning: weakWarning(source, why),
  };
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
): Promise<ChosenKey | { readonly refused: string; readonly source: string }> {
  const source = keyFile(config.studioDir);
  const found = readKey(source);
  if ('unreadable' in found) return { source, refused: `it cannot be read (${found.unreadable})` };
  if (found.key === null) return { source, refused: 'there is no usable key in it' };
  const why = await weaknessFrom(config, found.key);
  if (why === null) return { key: found.key, source, warning: null };
  if (!config.allowWeakKey) return { source, refused: `the key in it ${why}` };
  return { key: found.key, source, warning: weakWarning(source, why) };
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
async function weaknessFrom(config: Config, key: string): Promise<string | null> {
  return config.apiKey === null && GENERATED.test(key) ? null : weakness(key);
}

function weakWarning(source: string, why: string): string {
  return `The key from ${source} ${why}. Anybody who can reach this port can try it.`;
}

function usableKey(text: string): string | null {
  const key = text.trim();
  return /^[\x21-\x7e]+$/.test(key) && key.length <= LONGEST_KEY ? key : null;
}

function keyFromFile(studioDir: string): { key: string; source: string } {
  const path = keyFile(studioDir);
  try {
    const text = existsSync(path)
      ? readFileSync(path, 'utf8')
      : createOnce(path, `studio_${randomBytes(32).toString('base64url')}\n`);
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
