import t from 'tap';
import type { PlannedNode, RunPlan, Work } from '../../support/simulated-run/plan.ts';
import { play } from '../../support/simulated-run/play.ts';
import { recording } from './recordings.ts';

const instant: Work = { kind: 'instant' };
const steps = (steps: number, previews = true): Work => ({ kind: 'steps', steps, promised: true, previews });
const node = (work: Work, needs: readonly number[] = [], more: Partial<PlannedNode> = {}): PlannedNode => ({
  work,
  needs,
  cached: false,
  files: null,
  ...more,
});
const output = (need: number): PlannedNode => node(instant, [need], { files: 1 });
const plan = (nodes: readonly PlannedNode[], ending: Partial<RunPlan['ending']> = {}): RunPlan => ({
  nodes,
  ending: { kind: 'completed', after: 0, ...ending },
  hasClient: true,
});
const cached = node(instant, [], { cached: true });

/** The same runs that were recorded, as plans. */
const SAME: Readonly<Record<string, RunPlan>> = {
  ws_a3_real_ksampler: plan([
    node(instant),
    node(instant),
    node(steps(4), [0, 1]),
    node(instant, [2]),
    output(3),
  ]),
  ws_j2_expanded_graph: plan([
    node(instant),
    node({ kind: 'expands', into: [2, 0] }, [0]),
    output(1),
    output(1),
  ]),
  ws_c_execution_error: plan([cached, node(steps(2), [0]), node(instant, [1]), output(2)], {
    kind: 'error',
    after: 3,
  }),
  ws_d_interrupted: plan([cached, node(steps(100, false), [0]), output(1), output(1)], {
    kind: 'cancelled',
    after: 5,
  }),
};

/** A frame's type and the names of its fields; previews by their kind alone. */
function shape(frame: string | Uint8Array): readonly unknown[] {
  if (typeof frame !== 'string') return ['preview'];
  const { type, data } = JSON.parse(frame);
  const [progress] = Object.values(data.nodes ?? {});
  return [
    type,
    Object.keys(data).sort(),
    type === 'progress_state' ? Object.keys(progress ?? {}).sort() : [],
  ];
}

for (const [name, plan] of Object.entries(SAME)) {
  t.test(`a simulated run says what ${name} recorded, in the same order`, async (t) => {
    const { frames } = recording(name);
    const first = frames.findIndex(({ data }) => String(data).startsWith('{"type": "execution_start"'));
    // Previews of an expanded node are a toy's, that no plan asks for.
    const without = name === 'ws_j2_expanded_graph' ? 'preview' : null;
    const recorded = frames.slice(first).map(({ data }) => shape(data));
    t.same(
      play(plan).frames.map(shape),
      recorded.filter(([type]) => type !== without),
    );
  });
}
