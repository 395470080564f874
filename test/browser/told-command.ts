import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freshFolder } from '../support/fresh-folder.ts';

/** An update command that prints what the test tells it to, when it does. */
export interface ToldCommand {
  /** For STUDIO_UPDATE_COMMAND. */
  readonly command: string;
  print(line: string): Promise<void>;
  /** Lets it end. It must have printed something, or nobody knows whether it has begun. */
  end(): Promise<void>;
}

/** It ends with `exitCode`; 75 asks for a restart. */
export async function toldCommand(t: Test, exitCode: number): Promise<ToldCommand> {
  const pipe = join(freshFolder(t), 'told');
  execFileSync('mkfifo', [pipe]);
  // To open it for writing only would wait for the command.
  const told = await open(pipe, 'r+');
  t.teardown(() => told.close());
  return {
    command: `sh -c 'cat ${pipe}; exit ${exitCode}'`,
    print: async (line) => {
      await told.write(`${line}\n`);
    },
    end: () => told.close(),
  };
}
