export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/**
 * Prometheus's text format 0.0.4, strictly: every sample below the HELP and TYPE of its family, every family once, no series
 * twice, numbers as Go's ParseFloat takes them, which knows `Nan` too: so prom-client writes it. Throws an error that names the line.
 */
export function parseExposition(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | null = null;
  let current: ParsedFamily | null = null;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') help = { name, text: rest };
    else if (word === 'TYPE') {
      if (help?.name !== name || families.has(name)) throw new Error(`not in its place: ${line}`);
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`an unknown type: ${line}`);
      current = { name, type: rest, help: help.text, samples: [] };
      families.set(name, current);
    } else {
      const sample = parseSample(line);
      if (current === null || !belongs(sample.name, current))
        throw new Error(`below another family: ${line}`);
      const series = line.slice(0, line.lastIndexOf(' '));
      if (seen.has(series)) throw new Error(`twice: ${line}`);
      seen.add(series);
      current.samples.push(sample);
    }
  }
  return families;
}

function belongs(name: string, { name: family, type }: ParsedFamily): boolean {
  if (type !== 'histogram') return name === family;
  return ['bucket', 'sum', 'count'].some((part) => name === `${family}_${part}`);
}

function parseSample(line: string): Sample {
  const [, name, inner = '', number = ''] = LINE.exec(line) ?? [];
  if (name === undefined || !/^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|nan)$/i.test(number))
    throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inner.length) {
    const [, label = '', value = ''] = LABEL.exec(inner) ?? [];
    if (label === '' || label in labels) throw new Error(`not clean labels: ${line}`);
    labels[label] = value;
  }
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}
