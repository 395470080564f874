import type { Curve, Metric, Row, Table } from '../scenario.ts';
import { median, pairedRatios, type Spread, spreadOf } from '../statistics.ts';

/** A table as text: heads, and as many cells in each row. */
export interface Cells {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A table's figures as text, one row per server. Of the metric that is compared, or of all when none is, the middle half of the
 * rounds stands behind the median; the ratio is the median of the rounds' own.
 */
export function tableCells(table: Table): Cells {
  const { baseline, metrics, rows } = table;
  const hasSpread = ({ key }: Metric): boolean => baseline === null || baseline.metric === key;
  const heads = ['server', 'version', ...metrics.map(({ title }) => title)];
  if (baseline !== null) heads.push(`ratio to ${baseline.server}`);
  return {
    heads,
    rows: rows.map((row) => [
      row.server,
      row.version,
      ...metrics.map((metric) => metricCell(row, metric, hasSpread(metric))),
      ...(baseline === null ? [] : [ratioCell(row, rows, baseline)]),
    ]),
  };
}

/** A curve's points as text; the ratio is to the first. */
export function curveCells({ x, metric, points }: Curve): Cells {
  const first = median(points[0]?.samples ?? []);
  return {
    heads: [x, metric.title, 'ratio to the first'],
    rows: points.map((point) => [
      grouped(point.x, 0),
      spreadText(spreadOf(point.samples), metric.digits),
      (median(point.samples) / first).toFixed(2),
    ]),
  };
}

/** 1234567.8 as "1,234,568", or with as many digits behind the point as it is told. */
export function grouped(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function metricCell({ samples }: Row, { key, digits }: Metric, hasSpread: boolean): string {
  const values = samples[key] ?? [];
  if (values.length === 0) return '-';
  return hasSpread ? spreadText(spreadOf(values), digits) : grouped(median(values), digits);
}

function ratioCell(
  row: Row,
  rows: readonly Row[],
  { server, metric }: NonNullable<Table['baseline']>,
): string {
  const limit = rows.find((other) => other.server === server)?.samples[metric] ?? [];
  const ratios = pairedRatios(row.samples[metric] ?? [], limit);
  if (ratios.length === 0) return '-';
  return row.server === server ? '1' : spreadText(spreadOf(ratios), 2);
}

function spreadText({ median: middle, low, high }: Spread, digits: number): string {
  const text = grouped(middle, digits);
  return low === high ? text : `${text} (${grouped(low, digits)}-${grouped(high, digits)})`;
}
