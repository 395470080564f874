import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { type ConfigOutcome, writeManagerConfig } from './manager-config.ts';
import type { SecurityLevel } from './manager-level.ts';
import { loadLevel, saveLevel } from './manager-level-file.ts';

/** The level that ComfyUI Manager is held to: Studio's own setting, which nothing inside ComfyUI can change. */
export interface ManagerLevel {
  get(): SecurityLevel;
  /**
   * Keeps the level durably, holds every later call to it, and writes it into Manager's config.ini where that is known.
   * Throws the file system's error, with the old level still in force, when it cannot be kept.
   */
  set(level: SecurityLevel): ConfigOutcome;
}

export interface ManagerLevelOptions {
  readonly studioDir: string;
  readonly comfyuiDir: string | null;
  readonly level: SecurityLevel;
}

export function createManagerLevel({ studioDir, comfyuiDir, level }: ManagerLevelOptions): ManagerLevel {
  let current = level;
  return {
    get: () => current,
    set(next) {
      saveLevel(studioDir, next);
      current = next;
      return writeManagerConfig(comfyuiDir, next);
    },
  };
}

/** The kept level, which Manager's config.ini is brought to as well: somebody may have changed it meanwhile. */
export function openManagerLevel(
  {
    studioDir,
    comfyuiDir,
    managerSecurityLevel,
  }: Pick<Config, 'studioDir' | 'comfyuiDir' | 'managerSecurityLevel'>,
  log: Pick<Log, 'info' | 'warn'>,
): ManagerLevel {
  const level = loadLevel(studioDir, managerSecurityLevel, (message) => log.warn(message));
  log.info(`ComfyUI Manager is held to the security level "${level}"`);
  if (comfyuiDir !== null) {
    const outcome = writeManagerConfig(comfyuiDir, level);
    if (!outcome.written) log.warn(outcome.reason);
  }
  return createManagerLevel({ studioDir, comfyuiDir, level });
}
