import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../core/package-root.ts';

const read = (name: string): string => readFileSync(join(packageRoot(), 'deploy', name), 'utf8');

/** uWebSockets.js ends a connection then that nothing is asked on. */
const IDLE_SECONDS = 10;

const Static = z.object({
  entryPoints: z.object({
    websecure: z.object({
      transport: z.object({ respondingTimeouts: z.object({ readTimeout: z.string() }) }),
    }),
  }),
  providers: z.object({ file: z.object({ filename: z.string() }) }),
  certificatesResolvers: z.record(z.string(), z.unknown()),
});

const Dynamic = z.object({
  http: z.object({
    routers: z.object({
      studio: z.object({
        entryPoints: z.array(z.string()),
        middlewares: z.array(z.string()),
        service: z.string(),
        tls: z.object({ certResolver: z.string() }),
      }),
    }),
    middlewares: z.record(z.string(), z.unknown()),
    services: z.record(z.string(), z.object({ loadBalancer: z.object({ serversTransport: z.string() }) })),
    serversTransports: z.record(
      z.string(),
      z.object({ forwardingTimeouts: z.object({ idleConnTimeout: z.string() }) }),
    ),
  }),
});

t.test('each proxy lets go of an idle connection before Studio does', async (t) => {
  const { http } = Dynamic.parse(parse(read('traefik-studio.yaml')));
  const seconds = {
    nginx: /keepalive_timeout (\d+)s;/.exec(read('nginx.conf'))?.[1],
    Caddy: /keepalive (\d+)s/.exec(read('Caddyfile'))?.[1],
    Traefik: /^(\d+)s$/.exec(http.serversTransports.studio?.forwardingTimeouts.idleConnTimeout ?? '')?.[1],
  };
  for (const [proxy, idle] of Object.entries(seconds))
    t.ok(Number(idle) > 0 && Number(idle) < IDLE_SECONDS, `${proxy}: ${idle}`);
});

t.test("Traefik's two halves know each other by name", async (t) => {
  const fixed = Static.parse(parse(read('traefik.yaml')));
  const { http } = Dynamic.parse(parse(read('traefik-studio.yaml')));
  const { studio } = http.routers;
  t.same(
    studio.entryPoints.filter((name) => !(name in fixed.entryPoints)),
    [],
  );
  t.ok(studio.tls.certResolver in fixed.certificatesResolvers);
  t.ok(studio.service in http.services);
  t.same(
    studio.middlewares.filter((name) => !(name in http.middlewares)),
    [],
  );
  t.ok((http.services.studio?.loadBalancer.serversTransport ?? '') in http.serversTransports);
  t.match(fixed.providers.file.filename, /traefik-studio\.yaml$/);
  t.equal(
    fixed.entryPoints.websecure.transport.respondingTimeouts.readTimeout,
    '0s',
    'uploads of any length',
  );
});

t.test('each holds browsers to https for as long as Studio would', async (t) => {
  for (const name of ['nginx.conf', 'Caddyfile', 'traefik-studio.yaml'])
    t.match(read(name), /15768000/, name);
});
