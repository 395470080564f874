import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { BOUNDS, type Durations } from './durations.ts';
import type { Exposition } from './exposition.ts';
import type { Family, Observed } from './families.ts';

/**
 * The families in prom-client's hands, which knows the format, and beside them what it finds out about the process: CPU, memory,
 * open files, the event loop's lag, garbage collection. Ours are counted elsewhere and only read here, at each scrape.
 */
export function createRegistry(families: readonly Family[]): {
  expose(now: Observed): ReturnType<Exposition>;
} {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const refreshers = families.map((family) => register(registry, family));
  return {
    async expose(now) {
      // In one turn with the reading of what it is told, so that no scrape sees half of another's numbers.
      for (const refresh of refreshers) refresh(now);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function register(registry: Registry, { name, help, labels, values }: Family): (now: Observed) => void {
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
        for (const [labelled, value] of values.read(now)) gauge.set({ ...labelled }, value);
      };
    }
    case 'histogram':
      registry.registerMetric(new ReadHistogram({ ...configuration, registers: [] }, values.read));
      return () => {};
  }
}

type Read = () => Iterable<readonly [Readonly<Record<string, string>>, Durations]>;

/** prom-client would count each duration itself, for a microsecond each; this tells what was counted already. */
class ReadHistogram extends Histogram {
  readonly #read: Read;
  readonly #name: string;

  constructor(configuration: ConstructorParameters<typeof Histogram>[0], read: Read) {
    super(configuration);
    this.#read = read;
    this.#name = configuration.name;
  }

  override async get(): ReturnType<Histogram['get']> {
    const values = [...this.#read()].flatMap(([labels, durations]) => {
      const { count, sum } = durations;
      const buckets = durations.cumulative().map((value, index) => bucket(labels, BOUNDS[index] ?? 0, value));
      return [
        ...buckets.map((each) => ({ ...each, metricName: `${this.#name}_bucket` })),
        { metricName: `${this.#name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
        { metricName: `${this.#name}_sum`, labels: { ...labels }, value: sum },
        { metricName: `${this.#name}_count`, labels: { ...labels }, value: count },
      ];
    });
    return { ...(await super.get()), values };
  }
}

function bucket(labels: Readonly<Record<string, string>>, bound: number, value: number) {
  return { labels: { ...labels, le: bound }, value };
}
