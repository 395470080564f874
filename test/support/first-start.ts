import { chooseKey } from '../../core/auth/choose-key.ts';
import { loadSecret } from '../../core/auth/secret.ts';
import { loadConfig } from '../../core/config.ts';

/**
 * One of several processes that start together on one STUDIO_DIR. Says `ready` when everything is loaded, waits for a line
 * on its input, and prints as JSON what it found or made.
 */
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  const config = loadConfig(process.env);
  const warnings: string[] = [];
  const secret = loadSecret(config.studioDir, (message) => warnings.push(message)).toString('hex');
  const { key } = await chooseKey(config);
  process.stdout.write(`${JSON.stringify({ secret, key, warnings })}\n`, () => process.exit(0));
});
