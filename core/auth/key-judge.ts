import { text } from 'node:stream/consumers';
import { verdictOn } from './key-strength.ts';

/*
 * A program of its own (judge-key.ts starts it): a key on standard input, the verdict on it as JSON on standard output. The
 * Studio that asks may have been started before an update, so both stay as they are.
 */
process.stdout.write(JSON.stringify(await verdictOn(await text(process.stdin))));
