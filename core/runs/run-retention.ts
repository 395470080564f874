import { z } from 'zod';
import { type Storage, StorageUnwritable } from '../storage/storage.ts';

/** Of the runs that are over. The oldest go first, by whichever limit is reached. */
export interface RunRetention {
  readonly count: number;
  readonly days: number;
  /** What their records may take together, in bytes; workflows can carry images. */
  readonly bytes: number;
}

/** Keeps the runs that are over within their limits. */
export interface Forgetting {
  /** One more is over, and kept: now and then, and whenever they take too much room, the oldest go. */
  ended(bytes: number): void;
  /** Some of them were deleted by somebody else; null: nobody knows how many. */
  deleted(some: Total | null): void;
}

/** How many runs may end before the ones that are too many are deleted. */
const EVERY = 50;

/** So many go at a time, since everybody waits meanwhile; if there are more, the next go at the next run's end. */
const MOST_AT_ONCE = 500;

const DAY_MS = 86_400_000;

/**
 * How much is kept is counted once and then kept up, and what goes is found from its oldest end: to look through a million runs
 * takes seconds.
 */
export function createForgetting({ database, together }: Storage, limits: RunRetention): Forgetting {
  const total = database.prepare(
    'SELECT count(*) AS runs, coalesce(sum(bytes), 0) AS bytes FROM runs WHERE ended_at IS NOT NULL',
  );
  const tooOld = database.prepare(
    'SELECT number, bytes FROM runs WHERE ended_at < ? ORDER BY ended_at LIMIT ?',
  );
  const oldest = database.prepare(
    'SELECT number, bytes FROM runs WHERE ended_at IS NOT NULL ORDER BY number LIMIT ?',
  );
  const remove = database.prepare('DELETE FROM runs WHERE number = ?');
  let untilNext = 0;
  /** Null: to be counted. */
  let kept: Total | null = null;

  /** The total without those. */
  function forget({ runs, bytes }: Total, rows: readonly Row[]): Total {
    for (const { number } of rows) remove.run(number);
    if (rows.length === MOST_AT_ONCE) untilNext = 0;
    return { runs: runs - rows.length, bytes: bytes - rows.reduce((sum, row) => sum + row.bytes, 0) };
  }

  /** Those that must go for the rest to be within the limits. */
  function tooMany(total: Total): readonly Row[] {
    const rows: Row[] = [];
    if (isWithin(total)) return rows;
    let { runs, bytes } = total;
    for (const each of oldest.iterate(MOST_AT_ONCE)) {
      const row = Row.parse(each);
      rows.push(row);
      runs -= 1;
      bytes -= row.bytes;
      if (isWithin({ runs, bytes })) break;
    }
    return rows;
  }

  function isWithin({ runs, bytes }: Total): boolean {
    return runs <= limits.count && bytes <= limits.bytes;
  }

  function forgetSome(before: Total): void {
    together(() => {
      const rest = forget(before, Rows.parse(tooOld.all(Date.now() - limits.days * DAY_MS, MOST_AT_ONCE)));
      kept = forget(rest, tooMany(rest));
    });
  }

  return {
    ended(bytes) {
      kept = kept === null ? Total.parse(total.get()) : { runs: kept.runs + 1, bytes: kept.bytes + bytes };
      untilNext -= 1;
      if (untilNext > 0 && kept.bytes <= limits.bytes) return;
      untilNext = EVERY;
      try {
        forgetSome(kept);
      } catch (error) {
        // Deleting takes room for a moment as well. It is tried again later.
        kept = null;
        if (!(error instanceof StorageUnwritable)) throw error;
      }
    },
    deleted(some) {
      if (some === null) kept = null;
      else if (kept !== null) kept = { runs: kept.runs - some.runs, bytes: kept.bytes - some.bytes };
    },
  };
}

const Total = z.object({ runs: z.number(), bytes: z.number() });
type Total = z.infer<typeof Total>;

const Row = z.object({ number: z.number(), bytes: z.number() });
type Row = z.infer<typeof Row>;
const Rows = z.array(Row);
