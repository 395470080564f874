import fc from 'fast-check';

/** What a node does when it runs. */
export type Work =
  | { readonly kind: 'instant' }
  /** Reports so many steps; `promised`: its `steps` input says so. */
  | { readonly kind: 'steps'; readonly steps: number; readonly promised: boolean; readonly previews: boolean }
  /** Puts other nodes in its place, which report so many steps each; 0 for an instant one. */
  | { readonly kind: 'expands'; readonly into: readonly number[] };

export interface PlannedNode {
  /** Places in the plan of the nodes that it takes results from; all of them are before it. */
  readonly needs: readonly number[];
  readonly work: Work;
  /** ComfyUI has its result from an earlier run. */
  readonly cached: boolean;
  /** How many files it puts out; null when it is not an output node. ComfyUI runs what the output nodes need. */
  readonly files: number | null;
}

/** A run on paper: a workflow, and what is going to become of it. */
export interface RunPlan {
  readonly nodes: readonly PlannedNode[];
  readonly ending: {
    readonly kind: 'completed' | 'error' | 'cancelled';
    /** How many node starts and steps go by before it; a run with fewer of them is completed. */
    readonly after: number;
  };
  /** Whether it was submitted with a client id. If not, only progress and an interruption are told, but to everybody. */
  readonly hasClient: boolean;
}

const steps = fc.integer({ min: 1, max: 12 });
const work: fc.Arbitrary<Work> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Work>({ kind: 'instant' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('steps' as const),
      steps,
      promised: fc.boolean(),
      previews: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('expands' as const),
      into: fc.array(fc.oneof(steps, fc.constant(0)), { minLength: 1, maxLength: 3 }),
    }),
  },
);

/** Node number `place`, which may need any of the ones before it. */
function plannedNode(place: number): fc.Arbitrary<PlannedNode> {
  const earlier = Array.from({ length: place }, (_, at) => at);
  return fc.record({
    needs: fc.subarray(earlier, { maxLength: Math.min(place, 3) }),
    work,
    cached: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
    files: fc.option(fc.nat(2), { freq: 2 }),
  });
}

/** Any run that ComfyUI could be given: at least one node, the last one an output. */
export const runPlan: fc.Arbitrary<RunPlan> = fc.record({
  nodes: fc
    .integer({ min: 1, max: 8 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => plannedNode(place))))
    .map((nodes) =>
      nodes.map((node, at) => (at === nodes.length - 1 ? { ...node, files: node.files ?? 1 } : node)),
    ),
  ending: fc.record({
    kind: fc.constantFrom('completed' as const, 'completed' as const, 'error' as const, 'cancelled' as const),
    after: fc.nat(20),
  }),
  hasClient: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
});
