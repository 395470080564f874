import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { freshFolder } from './support/fresh-folder.ts';

const ROOT = join(import.meta.dirname, '..');
const RULE = 'lint/style/noRestrictedImports';

// [the file, what it imports, allowed?]
const IMPORTS: readonly [string, string, boolean][] = [
  // "handlers/ never imports uWebSockets.js, node:fs or a socket"
  ['handlers/x.ts', 'uWebSockets.js', false],
  ['handlers/x.ts', 'node:fs', false],
  ['handlers/x.ts', 'node:net', false],
  ['handlers/auth/x.ts', 'node:path', false],
  ['handlers/x.ts', 'ws', false],
  ['handlers/x.ts', 'undici', false],
  ['handlers/x.ts', '../core/server/server.ts', false],
  ['handlers/run/x.ts', '../../core/server/guard.ts', false],
  ['handlers/x.ts', '../test/support/handler.ts', false],
  ['handlers/x.ts', '../web/stream.ts', false],
  ['handlers/x.ts', '../core/http/reply.ts', true],
  ['handlers/auth/x.ts', '../../core/auth/gate.ts', true],
  ['handlers/run/x.ts', '../../core/runs/runs.ts', true],
  ['handlers/x.ts', 'zod', true],
  // "core/server: the only folder that imports uWebSockets.js"
  ['core/server/x.ts', 'uWebSockets.js', true],
  ['core/x.ts', 'uWebSockets.js', false],
  ['core/http/x.ts', 'uWebSockets.js', false],
  ['core/auth/x.ts', 'uWebSockets.js', false],
  ['core/runs/x.ts', 'uWebSockets.js', false],
  ['core/events/x.ts', 'uWebSockets.js', false],
  ['core/proxy/x.ts', 'uWebSockets.js', false],
  // "core/ never imports handlers/ (main.ts joins them)"
  ['core/x.ts', '../handlers/routes.ts', false],
  ['core/http/x.ts', '../../handlers/health.ts', false],
  ['core/server/x.ts', '../../handlers/routes.ts', false],
  ['core/auth/x.ts', '../../handlers/auth/login.ts', false],
  ['core/runs/x.ts', '../../handlers/run/start.ts', false],
  ['core/events/x.ts', '../../handlers/health.ts', false],
  ['core/proxy/x.ts', '../../handlers/routes.ts', false],
  ['core/proxy/x.ts', '../server/guard.ts', false],
  ['core/proxy/x.ts', '../http/request.ts', true],
  ['core/proxy/x.ts', 'node:net', true],
  ['core/metrics/x.ts', 'uWebSockets.js', false],
  ['core/metrics/x.ts', '../server/guard.ts', false],
  ['core/metrics/x.ts', '../../handlers/routes.ts', false],
  ['core/metrics/x.ts', '../proxy/upstream.ts', true],
  ['core/metrics/x.ts', 'prom-client', true],
  ['core/x.ts', 'prom-client', false],
  ['core/server/x.ts', 'prom-client', false],
  ['handlers/admin/x.ts', 'prom-client', false],
  ['handlers/comfyui/x.ts', '../../core/proxy/passed-answer.ts', true],
  ['core/main.ts', '../handlers/routes.ts', true],
  ['core/studio.ts', './server/server.ts', true],
  ['core/studio/x.ts', '../server/server.ts', true],
  ['core/studio/x.ts', 'uWebSockets.js', false],
  ['core/studio/x.ts', '../../handlers/routes.ts', false],
  ['core/config/x.ts', '../../handlers/routes.ts', false],
  // "core/tls knows certificates, not who serves with them"
  ['core/tls/x.ts', 'uWebSockets.js', false],
  ['core/tls/x.ts', '../server/server.ts', false],
  ['core/tls/x.ts', '../http/reply.ts', false],
  ['core/tls/x.ts', '../runs/run.ts', false],
  ['core/tls/x.ts', '../../handlers/routes.ts', false],
  ['core/tls/x.ts', '../auth/durable-file.ts', true],
  ['core/tls/x.ts', 'node:crypto', true],
  ['core/server/x.ts', '../tls/source.ts', true],
  // "core/auth knows nothing of runs, core/runs nothing of HTTP"
  ['core/auth/x.ts', '../runs/run.ts', false],
  ['core/auth/x.ts', '../events/memory.ts', false],
  ['core/auth/x.ts', '../server/guard.ts', false],
  ['core/auth/x.ts', '../http/request.ts', true],
  ['core/auth/x.ts', 'node:crypto', true],
  ['core/runs/x.ts', '../http/reply.ts', false],
  ['core/runs/x.ts', '../auth/session.ts', false],
  ['core/runs/x.ts', '../server/sockets.ts', false],
  ['core/runs/x.ts', '../events/event-log.ts', true],
  ['core/events/x.ts', '../auth/gate.ts', false],
  ['core/events/x.ts', '../http/reply.ts', false],
  ['core/server/x.ts', '../runs/tracker.ts', false],
  ['core/server/x.ts', '../auth/gate.ts', true],
  ['core/server/x.ts', '../../test/support/raw.ts', false],
  ['core/server/x.ts', '../../client/studio.ts', false],
  ['core/x.ts', '../client/studio.ts', false],
  ['handlers/x.ts', '../client/studio.ts', false],
  // "client/ runs in a browser as well, and knows of Studio what comes over the wire"
  ['client/x.ts', 'node:events', false],
  ['client/x.ts', 'node:fs/promises', false],
  ['client/x.ts', 'ws', false],
  ['client/x.ts', 'zod', false],
  ['client/x.ts', '../core/http/http-error.ts', false],
  ['client/x.ts', '../core/runs/runs.ts', false],
  ['client/x.ts', '../handlers/routes.ts', false],
  ['client/x.ts', '../web/store.ts', false],
  ['client/x.ts', '../test/support/studio.ts', false],
  ['client/x.ts', '../core/runs/run.ts', false],
  ['client/x.ts', '../core/events/event-log.ts', false],
  ['client/wire.ts', '../core/runs/run.ts', true],
  ['client/wire.ts', '../core/events/event-log.ts', true],
  ['client/x.ts', './studio.ts', true],
  ['client/node-socket.ts', 'ws', true],
  ['client/node-socket.ts', './socket.ts', true],
  // "web/ knows Studio by the client library only"
  ['web/x.ts', '../core/runs/run.ts', false],
  ['web/x.ts', '../core/events/event-log.ts', false],
  ['web/x.ts', '../handlers/routes.ts', false],
  ['web/x.ts', '../client/index.ts', false],
  ['web/x.ts', '../client/node-socket.ts', false],
  ['web/x.ts', 'ws', false],
  ['web/x.ts', 'zod', false],
  ['web/components/x.ts', '../../core/runs/run.ts', false],
  ['web/x.ts', '../client/browser-client.ts', true],
  ['web/components/x.ts', '../../client/message.ts', true],
  ['web/x.ts', 'preact/hooks', true],
];

/** The ways to import something; every one of them must be seen. */
const FORMS: readonly ((from: string) => string)[] = [
  (from) => `import { a } from '${from}';\n\nexport const b = a;\n`,
  (from) => `export { a } from '${from}';\n`,
  (from) => `export const b = () => import('${from}');\n`,
];

const Report = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })),
});

/** The files below `folder` in which biome, with this project's rules, finds a forbidden import. */
async function filesRefused(folder: string): Promise<Set<string>> {
  const biome = join(ROOT, 'node_modules/.bin/biome');
  const options = [
    'lint',
    '--vcs-enabled=false',
    '--reporter=json',
    '--max-diagnostics=none',
    `--only=${RULE.slice(5)}`,
  ];
  const output = await new Promise<string>((resolve) => {
    execFile(biome, [...options, '.'], { cwd: folder }, (_error, stdout) => resolve(stdout));
  });
  const { diagnostics } = Report.parse(JSON.parse(output.slice(0, output.lastIndexOf('}') + 1)));
  return new Set(
    diagnostics.filter(({ category }) => category === RULE).map(({ location }) => location.path),
  );
}

interface Probe {
  readonly file: string;
  readonly from: string;
  readonly source: string;
  readonly allowed: boolean;
}

/** One file for each row and form; `x` in a row stands for any name. */
const PROBES: readonly Probe[] = IMPORTS.flatMap(([path, from, allowed], row) =>
  FORMS.map((form, number) => ({
    file: path.replace('/x.ts', `/x-${row}-${number}.ts`),
    from,
    source: form(from),
    allowed,
  })),
);

t.test('every import that the house forbids is refused by biome, and the others pass', async (t) => {
  const folder = freshFolder(t);
  copyFileSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  for (const { file, source } of PROBES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  const refused = await filesRefused(folder);
  for (const { file, from, source, allowed } of PROBES)
    t.equal(refused.has(file), !allowed, `${file}, ${from}: ${source.split('\n', 1)[0]}`);
});

t.test('a built-in module with a slash in its name is refused as well', async (t) => {
  const folder = freshFolder(t);
  copyFileSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  mkdirSync(join(folder, 'handlers'));
  writeFileSync(join(folder, 'handlers/x.ts'), "export { a } from 'node:fs/promises';\n");
  t.same([...(await filesRefused(folder))], ['handlers/x.ts']);
});

t.test('the sources themselves keep the rules', async (t) => {
  const folder = freshFolder(t);
  copyFileSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  for (const part of ['core', 'handlers', 'client', 'web'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  t.same([...(await filesRefused(folder))], []);
});
