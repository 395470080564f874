/** Studio with its guard, or, with GUARD=off, with one that judges nothing: what the guard costs is the difference. */
import { loadConfig } from '../../core/config.ts';
import { createLog } from '../../core/log.ts';
import { createGuard, type Guard, readLines } from '../../core/server/guard.ts';
import { startStudio } from '../../core/studio.ts';
import { routes } from '../../handlers/routes.ts';

const guard: Guard = createGuard();
const noGuard: Guard = {
  ...guard,
  judge: ({ method }) => (method === 'GET' || method === 'HEAD' ? null : 'lines'),
  readHeaders: (live) => readLines(live).headers,
};

const studio = await startStudio({
  config: loadConfig(process.env),
  routes,
  createLog: (secrets) => createLog({ level: 'warn', secrets }),
  guard: process.env.GUARD === 'off' ? noGuard : guard,
});
console.log(`http://127.0.0.1:${studio.port}`);
