import { z } from 'zod';
import { grouped } from './report/cells.ts';
import type { Measured } from './report/report.ts';
import type { Curve, Table } from './scenario.ts';
import { pairedRatios, type Spread, spreadOf } from './statistics.ts';

/** Metrics that may have a limit of their own: memory is the same on every machine, a time is not. */
const MEMORY = ['memory', 'start-memory', 'socket'] as const;

const where = { scenario: z.string(), title: z.string().optional() };
const bound = { atMost: z.number().positive().optional(), atLeast: z.number().positive().optional() };

const RatioLimit = z.strictObject({
  ...where,
  metric: z.string(),
  server: z.string(),
  to: z.string(),
  ...bound,
});
const MemoryLimit = z.strictObject({ ...where, metric: z.enum(MEMORY), server: z.string(), ...bound });
/** Of a curve: its last point to its first. */
const GrowthLimit = z.strictObject({ scenario: z.string(), curve: z.string(), ...bound });
const Limit = z
  .union([RatioLimit, MemoryLimit, GrowthLimit])
  .refine(({ atMost, atLeast }) => (atMost === undefined) !== (atLeast === undefined), 'atMost or atLeast');

/** bench/limits.json. `title` picks one table of a scenario that has several; without it all count. */
export const Limits = z.array(Limit);
export type Limit = z.infer<typeof Limit>;

export interface Verdict {
  readonly limit: Limit;
  /** Of the table or curve. */
  readonly title: string;
  readonly found: Spread | null;
  /** `close`: the median is beyond the limit, but a round was not. */
  readonly verdict: 'kept' | 'close' | 'exceeded' | 'not measured';
}

/** Holds what was measured against the limits of the scenarios that ran. */
export function judgeLimits(limits: readonly Limit[], measured: readonly Measured[]): readonly Verdict[] {
  return limits.flatMap((limit): readonly Verdict[] => {
    const scenario = measured.find(({ name }) => name === limit.scenario);
    if (scenario === undefined) return [];
    const found = scenario.results.flatMap((result): readonly Verdict[] => {
      const samples = result.kind === 'table' ? ofTable(limit, result) : ofCurve(limit, result);
      const spread = spreadOf(samples);
      const verdict = judge(limit, spread);
      return samples.length === 0 ? [] : [{ limit, title: result.title, found: spread, verdict }];
    });
    return found.length > 0 ? found : [{ limit, title: '-', found: null, verdict: 'not measured' }];
  });
}

/** Exceeded only when every round is beyond the limit: rounds vary, and few of them must not decide. */
function judge({ atMost, atLeast }: Limit, { median, least, most }: Spread): Verdict['verdict'] {
  if (atMost !== undefined) {
    if (median <= atMost) return 'kept';
    return least > atMost ? 'exceeded' : 'close';
  }
  const wanted = atLeast ?? 0;
  if (median >= wanted) return 'kept';
  return most < wanted ? 'exceeded' : 'close';
}

function ofTable(limit: Limit, { title, rows }: Table): readonly number[] {
  if ('curve' in limit || (limit.title !== undefined && limit.title !== title)) return [];
  const samplesOf = (server: string): readonly number[] =>
    rows.find((row) => row.server === server)?.samples[limit.metric] ?? [];
  return 'to' in limit ? pairedRatios(samplesOf(limit.server), samplesOf(limit.to)) : samplesOf(limit.server);
}

function ofCurve(limit: Limit, { title, points }: Curve): readonly number[] {
  if (!('curve' in limit) || limit.curve !== title) return [];
  return pairedRatios(points.at(-1)?.samples ?? [], points[0]?.samples ?? []);
}

/** The verdicts as a table's heads and rows. */
export function verdictCells(verdicts: readonly Verdict[]) {
  return {
    heads: ['scenario', 'table', 'limit', 'found', 'verdict'],
    rows: verdicts.map(({ limit, title, found, verdict }) => [
      limit.scenario,
      title,
      limitText(limit),
      found === null
        ? '-'
        : `${grouped(found.median, 2)} (${grouped(found.least, 2)}-${grouped(found.most, 2)})`,
      verdict,
    ]),
  };
}

function limitText(limit: Limit): string {
  const bounds =
    limit.atMost === undefined
      ? `at least ${grouped(limit.atLeast ?? 0, 2)}`
      : `at most ${grouped(limit.atMost, 2)}`;
  if ('curve' in limit) return `last to first: ${bounds}`;
  return `${limit.server}, ${limit.metric}${'to' in limit ? ` to ${limit.to}` : ''}: ${bounds}`;
}
