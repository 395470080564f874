import { fieldsOf, parseFields, textOf } from '../../client/json.ts';
import type { NodeTiming } from '../../client/wire.ts';
import { duration } from '../format.ts';

/** One node in the chart of a run's nodes. */
export interface NodeBar {
  readonly id: string;
  readonly name: string;
  /** Null where the name says it already. */
  readonly type: string | null;
  /** How long it took, or why that is not said. */
  readonly time: string;
  readonly isFailed: boolean;
  /** 0 to 1, of the longest that is worth a whole bar; null when there is no time. */
  readonly share: number | null;
}

/**
 * The nodes of a run, the longest first: the chart is looked at to see where the time went, and the workflow itself has their
 * order. Those without a time come last, what was cached at the very end. `prompt`: the workflow as JSON text.
 */
export function nodeBars(timings: readonly NodeTiming[], prompt: string): readonly NodeBar[] {
  const names = namesOf(prompt);
  const whole = timings.reduce((most, { seconds }) => Math.max(most, seconds ?? 0), LEAST_SCALE);
  return timings
    .toSorted((one, other) => rankOf(other) - rankOf(one))
    .map(({ node_id: id, state, seconds }) => {
      const { name = `Node ${id}`, type = null } = names.get(id) ?? {};
      return {
        id,
        name,
        type: type === name ? null : type,
        time: timeOf(state, seconds),
        isFailed: state === 'failed',
        share: seconds === null ? null : seconds / whole,
      };
    });
}

/** In seconds: where all was done in a blink, no bar shall look long. */
const LEAST_SCALE = 0.1;

function rankOf({ state, seconds }: NodeTiming): number {
  return seconds ?? (state === 'cached' ? -2 : -1);
}

const WORDS: Readonly<Record<NodeTiming['state'], string | null>> = {
  running: 'running',
  finished: null,
  cached: 'cached',
  failed: 'failed',
  stopped: 'stopped',
};

function timeOf(state: NodeTiming['state'], seconds: number | null): string {
  const word = WORDS[state];
  if (seconds === null) return word ?? 'not measured';
  const time = seconds < 0.05 ? '< 0.1 s' : duration(seconds);
  return word === null ? time : `${time}, ${word}`;
}

interface NodeName {
  readonly name: string;
  readonly type: string;
}

function namesOf(prompt: string): ReadonlyMap<string, NodeName> {
  const nodes = parseFields(prompt) ?? {};
  return new Map(
    Object.entries(nodes).map(([id, value]) => {
      const node = fieldsOf(value);
      const type = textOf(node?.class_type) ?? `Node ${id}`;
      return [id, { name: textOf(fieldsOf(node?._meta)?.title) || type, type }];
    }),
  );
}
