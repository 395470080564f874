import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { replaceSecret } from '../auth/secret.ts';
import { type Config, loadConfig } from '../config.ts';
import { StartupError } from '../startup-error.ts';
import { addressOf, askRunningStudio } from './running-studio.ts';
import { standardTerminal, type Terminal } from './terminal.ts';

/** A running Studio sees the new file within a fraction of it. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 100;

/**
 * `studio rotate`: ends every session, by a new secret file, which a running Studio takes up at once; the key stays.
 * Resolves to 0; 1 when a Studio runs that did not take it up; 64 for an argument; 78 for a configuration or a folder
 * that will not do.
 */
export async function rotate(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  terminal: Terminal = standardTerminal(env),
): Promise<number> {
  if (args.length > 0) {
    terminal.write('Usage: studio rotate\n');
    return 64;
  }
  try {
    const config = loadConfig(env);
    // With the secret of before: afterwards nobody could tell whether one runs.
    const runs = (await askRunningStudio(config, '/api/auth/session'))?.status === 200;
    makeNewSecret(config);
    if (!runs) {
      terminal.write('Every session has ended, or will have when Studio starts. No running one answered.\n');
      return 0;
    }
    if (await hasTakenUp(config)) {
      terminal.write(
        `Every session has ended: the Studio on ${addressOf(config)} goes on with the new secret.\n`,
      );
      return 0;
    }
    terminal.write(
      `The Studio on ${addressOf(config)} still uses the old secret: restart it, or send it SIGHUP.\n`,
    );
    return 1;
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    terminal.write(`${error.message}\n`);
    return error.exitCode;
  }
}

function makeNewSecret({ studioDir }: Config): void {
  try {
    if (!existsSync(studioDir)) throw new Error('there is no such folder');
    replaceSecret(studioDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(`STUDIO_DIR: no new secret can be kept in ${studioDir} (${reason}).`);
  }
}

/** A session of the new secret is known to it. */
async function hasTakenUp(config: Config): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if ((await askRunningStudio(config, '/api/auth/session'))?.status === 200) return true;
    await wait(LOOK_EVERY_MS);
  }
  return false;
}
