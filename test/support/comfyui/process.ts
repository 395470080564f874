/**
 * The stand-in as a process of its own, to be killed and started again on the same port:
 * node --import tsx process.ts [--port 8188] [--step-ms 5] [--history file]
 * Prints one line of JSON, {"url","port"}, when it listens. Like ComfyUI it loses its queue when it ends, and its
 * history too, unless a file is given for it.
 */
import { parseArgs } from 'node:util';
import { startStandIn } from './stand-in.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'step-ms': { type: 'string' },
    history: { type: 'string' },
  },
});
const standIn = await startStandIn({
  port: Number(values.port),
  ...(values['step-ms'] !== undefined && { stepDelayMs: Number(values['step-ms']) }),
  ...(values.history !== undefined && { historyFile: values.history }),
});
console.log(JSON.stringify({ url: standIn.url, port: standIn.port }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void standIn.close().then(() => process.exit(0)));
}
