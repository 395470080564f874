import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Test } from 'tap';
import { freePort } from './free-port.ts';
import { freshFolder } from './fresh-folder.ts';

/** False where nginx is, or where it must be; otherwise the reason for skipping what needs it. */
export function withoutNginx(): string | false {
  const missing = spawnSync('nginx', ['-v']).status !== 0;
  return missing && process.env.CI !== 'true' ? 'nginx is not installed' : false;
}

/** nginx with deploy/nginx.conf, whose ports, name and files are replaced by the test's own. */
export interface Nginx {
  readonly httpsPort: number;
  readonly httpPort: number;
}

export interface NginxOptions {
  /** Where Studio is. */
  readonly studioPort: number;
  readonly certificate: string;
  readonly key: string;
}

export async function startNginx(t: Test, { studioPort, certificate, key }: NginxOptions): Promise<Nginx> {
  const folder = freshFolder(t);
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const shipped = readFileSync(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8');
  const site = [
    ['127.0.0.1:8000', `127.0.0.1:${studioPort}`],
    ['listen 80;', `listen 127.0.0.1:${httpPort};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${httpsPort} ssl;`],
    ['server_name studio.example;', 'server_name localhost;'],
    ['/etc/letsencrypt/live/studio.example/fullchain.pem', certificate],
    ['/etc/letsencrypt/live/studio.example/privkey.pem', key],
  ].reduce((text, [from = '', to = '']) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf has no ${from}`);
    return text.replaceAll(from, to);
  }, shipped);
  writeFileSync(join(folder, 'site.conf'), site);
  mkdirSync(join(folder, 'body'));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  include ${folder}/site.conf;
}
`,
  );
  const args = ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')];
  const child = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await Promise.race([
    listening(httpsPort),
    ended.then(() => {
      throw new Error(`nginx ended: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
    }),
  ]);
  return { httpPort, httpsPort };
}

/** It says nowhere when it is ready. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await setTimeout(25);
  }
  throw new Error('nginx does not listen');
}
