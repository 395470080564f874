import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';

export interface Nginx {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** nginx's version, or null where it is not installed. */
export function nginxVersion(): string | null {
  const { status, stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return status === 0 ? (/nginx\/([\d.]+)/.exec(stderr)?.[1] ?? 'unknown') : null;
}

export interface NginxPorts {
  /** Where /comfyui/ is passed on to, over kept connections. */
  readonly upstreamPort?: number;
  /** The Studio that is asked about each request's session first, as auth_request does. */
  readonly authPort?: number;
}

/** nginx as one process. */
export async function startNginx(ports: NginxPorts): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'studio-nginx-'));
  for (const name of ['body', 'proxy']) mkdirSync(join(folder, name));
  const port = await freePort();
  writeFileSync(
    join(folder, 'session.json'),
    '{"by":"session","issued_at":1700000000,"expires_at":1700086400}',
  );
  writeFileSync(join(folder, 'key.json'), '{"by":"key"}');
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, ports));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  const { pid } = child;
  if (pid === undefined) throw new Error('nginx did not start');
  await listening(port);
  return {
    pid,
    port,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, port: number, { upstreamPort, authPort }: NginxPorts): string {
  const kept = 'proxy_http_version 1.1; proxy_set_header Connection "";';
  const ask = authPort === undefined ? '' : 'auth_request /auth;';
  return `
daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; client_max_body_size 0;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  upstream comfyui { server 127.0.0.1:${upstreamPort ?? 9}; keepalive 64; }
  upstream gate { server 127.0.0.1:${authPort ?? 9}; keepalive 64; }
  map $http_x_api_key $by { default key; "" session; }
  server {
    listen 127.0.0.1:${port}; keepalive_requests 100000000;
    location /comfyui/ {
      ${ask}
      proxy_pass http://comfyui/; ${kept} proxy_request_buffering off;
    }
    location = /api/auth/session {
      ${ask}
      auth_request_set $renewed $upstream_http_set_cookie;
      add_header Set-Cookie $renewed;
      error_page 401 = @denied;
      default_type application/json; alias ${folder}/$by.json;
    }
    location @denied { default_type application/json; return 401 '{"detail":"Not authenticated"}'; }
    location = /auth {
      internal; proxy_pass http://gate/api/auth/session; ${kept}
      proxy_pass_request_body off; proxy_set_header Content-Length "";
    }
  }
}
`;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
      socket.end();
    });
    if (open) return;
    await setTimeout(50);
  }
  throw new Error('nginx does not listen');
}
