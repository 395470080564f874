import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { z } from 'zod';

const STATIC = new URL('../../static/', import.meta.url);

const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    imports: z.array(z.string()).optional(),
    dynamicImports: z.array(z.string()).optional(),
  }),
);

const manifest = Manifest.parse(JSON.parse(readFileSync(new URL('.vite/manifest.json', STATIC), 'utf8')));

/** The scripts that a page loads before it can be used, gzipped, in bytes. */
function weightOf(source: string): number {
  const seen = new Set<string>();
  function visit(name: string): number {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`${name} was not built`);
    if (seen.has(name)) return 0;
    seen.add(name);
    const own = gzipSync(readFileSync(new URL(chunk.file, STATIC)), { level: 9 }).length;
    return (chunk.imports ?? []).reduce((sum, next) => sum + visit(next), own);
  }
  return visit(source);
}

t.test('"at most 70 KB of gzipped JavaScript for the first page after login, 25 KB for login"', async (t) => {
  const entries = Object.keys(manifest).filter((name) => manifest[name]?.isEntry === true);
  t.ok(entries.includes('login.ts') && entries.includes('home.tsx'));
  for (const source of entries) {
    const most = source === 'login.ts' ? 25_000 : 70_000;
    const weight = weightOf(source);
    t.ok(weight > 500 && weight <= most, `${source}: ${weight} bytes of at most ${most}`);
  }
});
