/** What the bench is made of: a scenario is run and gives tables, which compare servers, and curves, which show growth. */

export interface Scenario {
  /** As it is given on the command line: lower case and dashes. */
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly measures: string;
  run(options: Options): Promise<readonly Result[]>;
}

export interface Options {
  readonly quick: boolean;
  /** How many rounds are measured; in each, every server has its turn. */
  readonly rounds: number;
  /** How long one server's turn is, in seconds. */
  readonly seconds: number;
  /** Tells whoever waits what goes on. */
  say(line: string): void;
}

export type Result = Table | Curve;

/** Something that is counted of each server, in the unit that its title names. */
export interface Metric {
  /** The same in every scenario that counts the same: limits go by it. */
  readonly key: string;
  readonly title: string;
  /** How many digits stand behind the point. */
  readonly digits: number;
}

/** Several servers that did the same in turn. */
export interface Table {
  readonly kind: 'table';
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** The server that the others are held against, and the metric whose ratio is shown; null: none. */
  readonly baseline: { readonly server: string; readonly metric: string } | null;
  readonly rows: readonly Row[];
  /** What a reader must know to read it right. */
  readonly notes: readonly string[];
}

export interface Row {
  readonly server: string;
  readonly version: string;
  /** By a metric's key, one per round: the samples of two rows with the same index come from the same round. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** How one metric grows with something that grows. */
export interface Curve {
  readonly kind: 'curve';
  readonly title: string;
  /** What grows, as "cookies in rotation". */
  readonly x: string;
  readonly metric: Metric;
  readonly points: readonly Point[];
  readonly notes: readonly string[];
}

export interface Point {
  readonly x: number;
  /** One per round. */
  readonly samples: readonly number[];
}

export const CPU: Metric = { key: 'cpu', title: 'CPU µs/request', digits: 2 };
export const RATE: Metric = { key: 'rate', title: 'requests/s', digits: 0 };
export const P50: Metric = { key: 'p50', title: 'p50 ms', digits: 2 };
export const P99: Metric = { key: 'p99', title: 'p99 ms', digits: 2 };
/** The same while the client sends up to 16 requests in one packet. */
export const BURST_CPU: Metric = { key: 'burst-cpu', title: 'CPU µs/request', digits: 2 };
export const BURST_RATE: Metric = { key: 'burst-rate', title: 'requests/s', digits: 0 };
export const PEAK_MEMORY: Metric = { key: 'memory', title: 'peak RSS MB', digits: 0 };

/** The names that the scenarios share, so that ratios and limits find them. */
export const STUDIO = 'Studio';
export const RAW = 'raw uWebSockets.js';
/** The same, with headers and body as bytes that were made before. */
export const RAW_PREPARED = 'raw uWebSockets.js, bytes prepared';
export const NGINX = 'nginx proxy_pass';
export const NGINX_AUTH = 'nginx auth_request, Studio asked';
