/** What the chart shows of one second. */
export interface Sample {
  /** Runs that are queued or running. */
  readonly queue: number;
  /** Progress frames that came in it. */
  readonly progress: number;
}

/** Two minutes. */
export const SAMPLES_SHOWN = 120;

export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples, sample].slice(-SAMPLES_SHOWN);
}

/** The end of the vertical axis: a round number that all values fit below, at least 4. */
export function topOf(values: readonly number[]): number {
  const most = Math.max(4, ...values);
  const unit = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 5, 10].find((factor) => factor * unit >= most) ?? 10;
  return step * unit;
}

export interface ChartBox {
  readonly width: number;
  readonly height: number;
}

/** The points of an SVG polyline: the newest value at the right edge, one step to the left for each second before. */
export function linePoints(values: readonly number[], top: number, { width, height }: ChartBox): string {
  const step = width / (SAMPLES_SHOWN - 1);
  return values
    .map((value, at) => {
      const x = width - (values.length - 1 - at) * step;
      const y = height - (Math.min(value, top) / top) * height;
      return `${round(x)},${round(y)}`;
    })
    .join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
