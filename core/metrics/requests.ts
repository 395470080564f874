import { Durations } from './durations.ts';

/** What is noted on a request, for when it is answered. */
export interface Measured {
  /** The number of its route's row. */
  row: number;
  /** From performance.now, in ms; 0 when nobody looked. */
  startedAt: number;
  /** For how many requests its duration stands; 0: it is not timed. */
  weight: number;
}

/** How often a row's requests were answered with one class of status. */
export interface RowCount {
  readonly method: string;
  readonly route: string;
  /** `2xx`, or `other` for what is no status. */
  readonly status: string;
  readonly count: number;
}

/**
 * Every answer, by the row of the table of routes and the class of its status. It runs for every request, so it is an addition
 * in an array and nothing else; names are put to the numbers when somebody asks for them.
 */
export interface RequestCounts {
  /** The number of a row; the same for the same words. `route` is the row's pattern, never a path that was asked for. */
  row(method: string, route: string): number;
  /** A request has come. One in SAMPLED is timed from here. */
  begin(request: Measured, row: number): void;
  /** Its answer begins to be written. */
  answered(request: Readonly<Measured>, status: number): void;
  /** The same for what is refused before it is known, or cared, which row it is for. */
  refused(status: number): void;
  /** The classes of every row that was asked for. */
  counts(): Iterable<RowCount>;
  durations(): Iterable<readonly [{ readonly method: string; readonly route: string }, Durations]>;
}

/**
 * Two looks at the clock cost ten times as much as all else that is counted here. An answer that is written at once never waits for
 * anything, so to time one in this many is enough, and that one stands for all of them. A power of two.
 */
export const SAMPLED = 32;

const CLASSES = ['other', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Of numbers for each row: a power of two above the classes. */
const STRIDE = 8;

/** The row of what is refused. */
const REFUSED = 0;

export function createRequestCounts(): RequestCounts {
  const rows: { readonly method: string; readonly route: string }[] = [{ method: '', route: '(refused)' }];
  const numbers = new Map<string, number>();
  const timed: (Durations | undefined)[] = [];
  // Numbers that are exact up to 2^53: those of 32 bits are full after an hour of the fastest load.
  let statuses = new Float64Array(64 * STRIDE);
  let turn = 0;

  function count(row: number, status: number): void {
    const slot = row * STRIDE + (status >= 100 && status < 600 ? (status / 100) | 0 : 0);
    statuses[slot] = (statuses[slot] ?? 0) + 1;
  }

  function observe(row: number, seconds: number, weight: number): void {
    let durations = timed[row];
    if (durations === undefined) {
      durations = new Durations();
      timed[row] = durations;
    }
    durations.observe(seconds, weight);
  }

  return {
    row(method, route) {
      const name = `${method} ${route}`;
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const row = rows.push({ method, route }) - 1;
      numbers.set(name, row);
      if (rows.length * STRIDE > statuses.length) {
        const before = statuses;
        statuses = new Float64Array(2 * before.length);
        statuses.set(before);
      }
      return row;
    },
    begin(request, row) {
      request.row = row;
      turn = (turn + 1) & (SAMPLED - 1);
      if (turn !== 0) return;
      request.startedAt = performance.now();
      request.weight = SAMPLED;
    },
    answered({ row, startedAt, weight }, status) {
      count(row, status);
      if (weight !== 0) observe(row, (performance.now() - startedAt) / 1000, weight);
    },
    refused: (status) => count(REFUSED, status),
    *counts() {
      for (const [row, names] of rows.entries()) {
        const classes = statuses.subarray(row * STRIDE, row * STRIDE + CLASSES.length);
        if (classes.every((each) => each === 0)) continue;
        for (const [index, status] of CLASSES.entries()) {
          const count = classes[index] ?? 0;
          // A row's other classes are told as 0 with its first answer: a rate needs a number to rise from.
          if (count > 0 || index >= 2) yield { ...names, status, count };
        }
      }
    },
    *durations() {
      for (const [row, durations] of timed.entries()) {
        const names = rows[row];
        if (durations !== undefined && names !== undefined) yield [names, durations];
      }
    },
  };
}
