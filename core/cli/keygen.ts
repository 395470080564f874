import { generateKey } from '../auth/generate-key.ts';
import { type Command, expectNoArguments } from './command.ts';
import { EXIT } from './exit-codes.ts';

/** `studio keygen`: prints a good key, and nothing else; it is not kept anywhere. */
export const keygen: Command = {
  summary: 'Prints a new key, for API_KEY or STUDIO_DIR/.api_key',
  async run(args) {
    expectNoArguments(args);
    process.stdout.write(`${generateKey()}\n`);
    return EXIT.ok;
  },
};
