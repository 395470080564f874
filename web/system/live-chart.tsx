import { counted } from '../format.ts';
import type { State } from '../store.ts';
import { linePoints, type Sample, topOf } from './samples.ts';
import { useSamples } from './use-samples.ts';

const BOX = { width: 600, height: 120 };

const SERIES: readonly { readonly of: keyof Sample; readonly name: string }[] = [
  { of: 'queue', name: 'Runs in the queue' },
  { of: 'progress', name: 'Progress events per second' },
];

/** Queue and progress events of the last two minutes, a point each second. */
export function LiveChart({ studio }: { readonly studio: State }) {
  const samples = useSamples(studio);
  const latest = samples.at(-1) ?? { queue: 0, progress: 0 };
  return (
    <section class="card chart" aria-labelledby="chart-title">
      <h2 id="chart-title">Load</h2>
      {SERIES.map(({ of, name }) => (
        <Line key={of} kind={of} name={name} now={latest[of]} values={samples.map((sample) => sample[of])} />
      ))}
      <p class="chart-axis hint" aria-hidden="true">
        <span>2 minutes ago</span>
        <span>now</span>
      </p>
    </section>
  );
}

interface LineProps {
  readonly kind: string;
  readonly name: string;
  readonly now: number;
  readonly values: readonly number[];
}

/** Each on a scale of its own: the two are not of one size. */
function Line({ kind, name, now, values }: LineProps) {
  const top = topOf(values);
  return (
    <figure class={`chart-line is-${kind}`}>
      <figcaption>
        <span>{name}</span>
        <strong>{now}</strong>
      </figcaption>
      <svg
        viewBox={`0 -2 ${BOX.width} ${BOX.height + 4}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${now} now, at most ${Math.max(0, ...values)} in the last ${counted(values.length, 'second')}`}
      >
        <line x1="0" x2={BOX.width} y1={BOX.height} y2={BOX.height} class="axis" />
        <line x1="0" x2={BOX.width} y1="0" y2="0" class="axis" />
        <polyline points={linePoints(values, top, BOX)} />
      </svg>
      <span class="chart-top hint" aria-hidden="true">
        {top}
      </span>
    </figure>
  );
}
