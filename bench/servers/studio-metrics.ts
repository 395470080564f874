/** Studio as it is, or, with METRICS=off, without counting requests: what the counting costs is the difference. */
import { loadConfig } from '../../core/config.ts';
import { createLog } from '../../core/log.ts';
import { createMetrics, type Metrics } from '../../core/metrics/metrics.ts';
import { startStudio } from '../../core/studio.ts';
import { routes } from '../../handlers/routes.ts';

const counting: Metrics = createMetrics();
const notCounting: Metrics = {
  ...counting,
  requests: { ...counting.requests, begin: () => {}, answered: () => {}, refused: () => {} },
};

const studio = await startStudio({
  config: loadConfig(process.env),
  routes,
  createLog: (secrets) => createLog({ level: 'warn', secrets }),
  metrics: process.env.METRICS === 'off' ? notCounting : counting,
});
console.log(`http://127.0.0.1:${studio.port}`);
