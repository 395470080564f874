import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { BOUNDS, type Durations } from './durations.ts';
import type { Exposition } from './exposition.ts';
import type { Family, Observed, Values } from './families.ts';

/**
 * The families in prom-client's hands, which knows the format, and beside them what it finds out about the process: CPU, memory,
 * open files, the event loop's lag, garbage collection. Ours are counted elsewhere and only read here, at each scrape.
 */
export async function createRegistry(
  families: readonly Family[],
): Promise<{ expose(now: Observed): ReturnType<Exposition> }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const refreshers: ((now: Observed) => void)[] = [];
  for (const family of families) refreshers.push(await register(registry, family));
  return {
    async expose(now) {
      // What is set here is read before anything else can happen, so no scrape gets the numbers of another.
      for (const refresh of refreshers) refresh(now);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

async function register(
  registry: Registry,
  { name, help, labels, values }: Family,
): Promise<(now: Observed) => void> {
  const configuration = { name, help, labelNames: [...labels], registers: [registry] };
  switch (values.type) {
    case 'counter': {
      const counter = new Counter(configuration);
      return (now) => {
        counter.reset();
        for (const [labelled, value] of values.read(now)) counter.inc({ ...labelled }, value);
      };
    }
    case 'gauge': {
      const gauge = new Gauge(configuration);
      return (now) => {
        gauge.reset();
        // prom-client puts a 0 where there are no labels; what is not known is left out.
        if (labels.length === 0) gauge.remove();
        for (const [labelled, value] of values.read(now)) gauge.set({ ...labelled }, value);
      };
    }
    case 'histogram': {
      // prom-client would count each duration itself, for a microsecond each; this tells what was counted already. It is asked
      // by the second name when text is written, though its types know only the first.
      const histogram = new Histogram(configuration);
      const described = await histogram.get();
      const get = async () => ({ ...described, values: samplesOf(name, values) });
      Object.assign(histogram, { get, getForPromString: get });
      return () => {};
    }
  }
}

function samplesOf(name: string, { read }: Extract<Values, { type: 'histogram' }>) {
  return [...read()].flatMap(([labels, durations]) => seriesOf(name, labels, durations));
}

/** One bucket for each bound, one for all, the sum and the count. */
function seriesOf(name: string, labels: Readonly<Record<string, string>>, durations: Durations) {
  const { count, sum } = durations;
  const buckets = durations
    .cumulative()
    .map((value, index) => ({ le: String(BOUNDS[index]), value }))
    .concat({ le: '+Inf', value: count });
  return [
    ...buckets.map(({ le, value }) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value })),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
