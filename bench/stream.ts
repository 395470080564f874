/**
 * npm run bench:stream [-- --slow --quick]: what the stream costs per delivery, or, with --slow, what one viewer that
 * does not read does to a thousand that do.
 */
import { cpus } from 'node:os';
import { measureFanOut } from './stream/fan-out.ts';
import { measureSlowViewer } from './stream/slow-viewer.ts';

const quick = process.argv.includes('--quick');
console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`);
if (process.argv.includes('--slow')) await measureSlowViewer(quick ? 1 : 4, quick ? 25 : 75);
else await measureFanOut(quick ? 3 : 7, quick ? 1 : 2);
