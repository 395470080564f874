/**
 * npm run lock: puts the optional packages of other platforms, which a registry may not offer, into package-lock.json. npm ci
 * refuses a lock file without them, and with them installs the fitting one. They have no hash here: npm checks what it can.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const LOCK = 'package-lock.json';

const Lock = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      dev: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const lock = Lock.parse(JSON.parse(readFileSync(LOCK, 'utf8')));
const added: string[] = [];
for (const { dev, optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`;
    // Its platform stands in its name, as in @uwsjs/linux-arm64-20: an entry that did not say it would be installed everywhere.
    const [, os, cpu] = /\/(linux|darwin|win32)-(x64|arm64|arm)\b/.exec(name) ?? [];
    if (lock.packages[path] !== undefined || os === undefined || cpu === undefined) continue;
    lock.packages[path] = { version, optional: true, ...(dev === true && { dev }), os: [os], cpu: [cpu] };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'nothing was missing' : `added ${added.join(', ')}`);
