import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, replaceFile } from '../auth/durable-file.ts';
import { withSecurityLevel } from './manager-ini.ts';
import type { SecurityLevel } from './manager-level.ts';

/** Where Manager's versions keep their configuration, below ComfyUI's folder, newest first. */
const PLACES = [
  'user/__manager/config.ini',
  'user/default/ComfyUI-Manager/config.ini',
  'custom_nodes/ComfyUI-Manager/config.ini',
];

/** A few hundred bytes in fact. */
const LARGEST = 1024 * 1024;

/** Where Manager's own level was written, or why it was not, as a sentence. */
export type ConfigOutcome =
  | { readonly written: true; readonly path: string }
  | { readonly written: false; readonly reason: string };

/**
 * Writes the level into Manager's config.ini, atomically, with the file's mode and owner; not at all when it stands
 * there already. Never throws: the gate holds Manager to the level whatever Manager itself believes.
 */
export function writeManagerConfig(comfyuiDir: string | null, level: SecurityLevel): ConfigOutcome {
  if (comfyuiDir === null)
    return {
      written: false,
      reason: 'COMFYUI_DIR is not set, so Studio does not know where config.ini lies',
    };
  try {
    const path = findConfig(comfyuiDir);
    if (path === null)
      return { written: false, reason: `There is no config.ini of Manager's below ${comfyuiDir} yet` };
    const like = statSync(path);
    if (like.size > LARGEST) return { written: false, reason: `${path} is too large to be Manager's` };
    const bytes = readFileSync(path);
    const encoding = encodingOf(bytes);
    const text = bytes.toString(encoding);
    const next = withSecurityLevel(text, level);
    if (next !== text) replaceFile(path, Buffer.from(next, encoding), like);
    return { written: true, path };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { written: false, reason: `Manager's config.ini cannot be written (${reason})` };
  }
}

/** Whether Manager's config.ini says this level as well; null when there is none, or it cannot be read. */
export function configAgrees(
  comfyuiDir: string,
  level: SecurityLevel,
): { readonly path: string; readonly agrees: boolean } | null {
  try {
    const path = findConfig(comfyuiDir);
    if (path === null || statSync(path).size > LARGEST) return null;
    const bytes = readFileSync(path);
    const text = bytes.toString(encodingOf(bytes));
    return { path, agrees: withSecurityLevel(text, level) === text };
  } catch {
    return null;
  }
}

/** The newest version's file that is there, links followed: a pod's volume is often linked in. */
export function findConfig(comfyuiDir: string): string | null {
  for (const place of PLACES) {
    try {
      const path = realpathSync(join(comfyuiDir, place));
      if (statSync(path).isFile()) return path;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    }
  }
  return null;
}

/** What is not UTF-8 goes through byte by byte: the names that matter are ASCII in any case. */
function encodingOf(bytes: Uint8Array): 'utf8' | 'latin1' {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf8';
  } catch {
    return 'latin1';
  }
}
