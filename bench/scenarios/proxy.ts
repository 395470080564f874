import type { Contender } from '../load/contender.ts';
import { compareOneAtATime } from '../load/http-load.ts';
import type { Load } from '../load/load.ts';
import { packageVersion } from '../machine.ts';
import { nginxVersion, startNginx } from '../nginx.ts';
import { NGINX, NGINX_AUTH, type Options, type Result, type Scenario, STUDIO } from '../scenario.ts';
import { startServer } from '../server-process.ts';
import { startStudio } from '../studio.ts';

const MEGABYTES = 1024 * 1024;

interface ProxyLoad extends Pick<Load, 'method' | 'path' | 'body' | 'connections'> {
  readonly title: string;
  readonly isLarge: boolean;
}

const LOADS: readonly ProxyLoad[] = [
  { title: 'small GET', isLarge: false, path: '/comfyui/queue', connections: 32 },
  { title: '10 MB GET', isLarge: true, path: '/comfyui/view?filename=a.png', connections: 4 },
  {
    title: '10 MB POST',
    isLarge: true,
    method: 'POST',
    path: '/comfyui/upload/image',
    body: Buffer.alloc(10 * MEGABYTES),
    connections: 4,
  },
];

/** CPU counts of all that stands before the upstream, and the upstream's not. */
export const PROXY: Scenario = {
  name: 'proxy',
  measures: 'Requests passed on to ComfyUI, by Studio and by others.',
  run,
};

async function run(options: Options): Promise<readonly Result[]> {
  const upstream = await startServer('node', ['--import=tsx', 'bench/servers/upstream.ts'], {});
  const COMFYUI_URL = `http://127.0.0.1:${upstream.port}`;
  const contenders: Contender[] = [];
  try {
    const studio = await startStudio({ COMFYUI_URL });
    contenders.push(studio);
    const undici = await startServer('node', ['--import=tsx', 'bench/servers/undici-proxy.ts'], {
      COMFYUI_URL,
    });
    const version = packageVersion('node_modules/undici');
    contenders.push({ ...undici, name: 'uWebSockets.js + undici', version, pids: [undici.pid] });
    const nginx = nginxVersion();
    if (nginx === null) options.say('nginx is not installed: left out');
    else {
      const plain = await startNginx({ upstreamPort: upstream.port });
      contenders.unshift({ ...plain, name: NGINX, version: nginx, pids: [plain.pid] });
      // The session is Studio's own, so Studio says whether it holds, and its work counts.
      const asking = await startNginx({ upstreamPort: upstream.port, authPort: studio.port });
      contenders.push({ ...asking, name: NGINX_AUTH, version: nginx, pids: [asking.pid, studio.pid] });
    }
    const headers = { cookie: await studio.logIn(), accept: '*/*', 'user-agent': 'bench' };
    const results: Result[] = [];
    const baseline = nginx === null ? STUDIO : NGINX;
    for (const { title, isLarge, ...rest } of LOADS) {
      const load: Load = { status: 200, pipelining: 1, headers, ...rest };
      // Few large ones come to an end in a turn, and those that do not are paid for and not counted.
      const seconds = isLarge ? options.seconds * 3 : options.seconds;
      const turns = { ...options, seconds };
      results.push(await compareOneAtATime(title, contenders, () => load, baseline, turns));
    }
    return results;
  } finally {
    for (const contender of contenders) await contender.stop();
    await upstream.stop();
  }
}
