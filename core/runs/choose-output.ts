import type { OutputItem, RunProgress } from './run.ts';

/** One file of a run, and the node that made it. */
export interface RunOutput extends OutputItem {
  readonly node_id: string;
  readonly node_title: string;
}

/** Which of a run's files is meant; what is not said does not matter. */
export interface OutputChoice {
  readonly node?: string;
  readonly kind?: OutputItem['media'];
}

/**
 * The files of a run that fit, best first: what ComfyUI saved (type `output`) comes before what it only shows (`temp`), else
 * they stand as the nodes and their lists have them.
 */
export function chooseOutputs({ node_outputs }: RunProgress, { node, kind }: OutputChoice): RunOutput[] {
  const all = Object.entries(node_outputs).flatMap(([node_id, { node_title, items }]) =>
    items.map((item) => ({ ...item, node_id, node_title })),
  );
  const fitting = all.filter(
    (output) =>
      (node === undefined || output.node_id === node) && (kind === undefined || output.media === kind),
  );
  const saved = (output: RunOutput) => output.type === 'output';
  return [...fitting.filter(saved), ...fitting.filter((output) => !saved(output))];
}
