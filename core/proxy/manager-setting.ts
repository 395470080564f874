import { type ConfigOutcome, writeManagerConfig } from './manager-config.ts';
import type { SecurityLevel } from './manager-level.ts';
import { saveLevel } from './manager-level-file.ts';

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
