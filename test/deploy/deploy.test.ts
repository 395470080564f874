import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { VARIABLES } from '../../core/config/variables.ts';
import { loadConfig } from '../../core/config.ts';
import { packageRoot } from '../../core/package-root.ts';

const ROOT = packageRoot();
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      ports: z.array(z.string()).default([]),
      networks: z.array(z.string()),
      environment: z.record(z.string(), z.string()).default({}),
      read_only: z.boolean().default(false),
      volumes: z.array(z.string()).default([]),
    }),
  ),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) }).nullable()),
  volumes: z.record(z.string(), z.null()),
});

t.test('compose.yaml: Studio is the only way in', (t) => {
  const { services, networks, volumes } = Compose.parse(parse(read('compose.yaml')));
  const published = Object.entries(services).filter(([, { ports }]) => ports.length > 0);
  t.same(
    published.map(([name]) => name),
    ['studio'],
    'nothing else publishes a port',
  );
  t.same(services.comfyui?.networks, ['inside']);
  t.equal(networks.inside?.internal, true, 'ComfyUI’s network has no way in or out');
  t.ok(services.studio?.networks.includes('inside'));
  t.equal(services.studio?.read_only, true);
  for (const volume of services.studio?.volumes ?? []) t.ok((volume.split(':')[0] ?? '') in volumes, volume);

  const environment = services.studio?.environment ?? {};
  for (const name of Object.keys(environment)) t.ok(name in VARIABLES, name);
  // What nobody set is empty there.
  const unset = Object.entries(environment).map(([name, value]) => [name, value.replace(/^\$\{.*:-\}$/, '')]);
  const config = loadConfig(Object.fromEntries(unset));
  t.equal(config.comfyuiUrl, 'http://comfyui:8188');
  t.equal(config.apiKey, null, 'a key is made');
  t.end();
});

t.test(
  'the unit for systemd is one that it understands, and hardened',
  {
    skip: existsSync('/usr/bin/systemd-analyze') ? false : 'no systemd here',
  },
  (t) => {
    const unit = join(ROOT, 'deploy/comfyui-studio.service');
    // It knows the programs that a unit names by what is on this machine.
    const text = read('deploy/comfyui-studio.service');
    t.match(text, `ExecStart=/usr/bin/node dist/core/main.js`);
    const verified = execFileSync('systemd-analyze', ['verify', '--recursive-errors=no', unit], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.equal(verified, '');
    const exposure = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
      encoding: 'utf8',
    });
    const [, level] = /Overall exposure level for \S+: ([\d.]+)/.exec(exposure) ?? [];
    t.ok(Number(level) < 4, `exposed by ${level} of 10`);
    t.end();
  },
);
