import { packageVersion } from '../machine.ts';
import { RAW, RAW_PREPARED } from '../scenario.ts';
import { startServer } from '../server-process.ts';
import type { Contender } from './contender.ts';
import type { Load } from './load.ts';

/** A raw uWebSockets.js that answers with the bytes that Studio answers with, and checks nothing. */
export async function startRawCopy(
  studioPort: number,
  load: Load,
  name: typeof RAW | typeof RAW_PREPARED = RAW,
): Promise<Contender> {
  const server = await startServer('node', ['bench/servers/raw.js'], {
    PREPARED: name === RAW_PREPARED ? '1' : '0',
    REPLIES: JSON.stringify({ [load.path.split('?', 1)[0] ?? '']: await captureReply(studioPort, load) }),
  });
  return { ...server, name, version: packageVersion('node_modules/uWebSockets.js'), pids: [server.pid] };
}

/** Studio's own reply, for the raw server to repeat; what uWebSockets.js adds by itself is left out. */
async function captureReply(port: number, { method = 'GET', path, headers, body }: Load): Promise<object> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  const own = new Set(['date', 'uwebsockets', 'content-length', 'connection', 'keep-alive']);
  return {
    status: `${reply.status} ${reply.statusText}`,
    headers: [...reply.headers].filter(([name]) => !own.has(name)),
    body: await reply.text(),
  };
}
