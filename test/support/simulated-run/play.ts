import type { Prompt, PromptId } from '../../../core/runs/run.ts';
import type { NodeId } from '../../../core/runs/workflow.ts';
import { previewFrame } from '../comfyui/frames.ts';
import { ProgressState } from '../comfyui/progress-state.ts';
import type { PlannedNode, RunPlan } from './plan.ts';

/** A frame of ComfyUI's socket: text is JSON, binary a preview. */
export type Frame = string | Uint8Array;

/** All that ComfyUI says of one run, from its first frame on. */
export interface SimulatedRun {
  readonly promptId: PromptId;
  readonly prompt: Prompt;
  /** The output nodes, as /queue names them. */
  readonly targets: readonly NodeId[];
  readonly frames: readonly Frame[];
  /** What GET /history/{promptId} answers once the run is over. */
  readonly history: unknown;
  readonly ending: RunPlan['ending']['kind'];
  /** The names of the files that it put out. */
  readonly files: readonly string[];
}

/** Plays a plan as ComfyUI 0.3.64 would: the same frames, in the same order. Pure: the same plan gives the same run. */
export function play(plan: RunPlan, promptId: PromptId = 'simulated'): SimulatedRun {
  const performance = new Performance(plan, promptId);
  const ending = performance.toTheEnd();
  const { frames, files, targets, prompt, history } = performance;
  return { promptId, prompt, targets, frames, files, ending, history: history(ending) };
}

/** The id of the node at `place` of the plan. */
export const idOf = (place: number): NodeId => String(place + 1);

const IMAGE = { format: 'jpeg', bytes: Buffer.from('ffd8ffd9', 'hex') } as const;

class Ended extends Error {}

class Performance {
  readonly frames: Frame[] = [];
  readonly files: string[] = [];
  readonly targets: readonly NodeId[];
  readonly prompt: Prompt;
  readonly #plan: RunPlan;
  readonly #promptId: PromptId;
  readonly #state: ProgressState;
  readonly #outputs: Record<NodeId, unknown> = {};
  readonly #messages: [string, object][] = [];
  #beats = 0;
  #clock = 1_700_000_000_000;
  #current: NodeId = '';

  constructor(plan: RunPlan, promptId: PromptId) {
    this.#plan = plan;
    this.#promptId = promptId;
    this.targets = plan.nodes.flatMap((node, place) => (node.files === null ? [] : [idOf(place)]));
    this.prompt = Object.fromEntries(plan.nodes.map((node, place) => [idOf(place), promptNode(node)]));
    this.#state = new ProgressState(promptId, (id) => {
      const [display = id] = id.split('.');
      return display === id
        ? { display: id, parent: null, real: id }
        : { display, parent: display, real: display };
    });
  }

  toTheEnd(): SimulatedRun['ending'] {
    const { nodes } = this.#plan;
    this.#message('execution_start', {});
    this.#message('execution_cached', {
      nodes: nodes.flatMap((node, place) => (node.cached ? [idOf(place)] : [])),
    });
    try {
      for (const [id, node] of nodesToRun(nodes)) this.#node(id, node);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      const node = { node_id: this.#current, node_type: 'Node', executed: [] };
      const { kind } = this.#plan.ending;
      if (kind === 'cancelled') this.#message('execution_interrupted', node, true);
      else
        this.#message('execution_error', {
          ...node,
          exception_message: 'boom\n',
          exception_type: 'ValueError',
          traceback: [],
          current_inputs: {},
          current_outputs: [],
        });
      this.#last();
      return kind;
    }
    this.#message('execution_success', {});
    this.#last();
    return 'completed';
  }

  readonly history = (ending: SimulatedRun['ending']): unknown => ({
    [this.#promptId]: {
      prompt: [1, this.#promptId, this.prompt, {}, this.targets],
      outputs: this.#outputs,
      status: {
        status_str: ending === 'completed' ? 'success' : 'error',
        completed: ending === 'completed',
        messages: this.#messages,
      },
      meta: Object.fromEntries(
        Object.keys(this.#outputs).map((id) => [
          id,
          { node_id: id, display_node: id, parent_node: null, real_node_id: id },
        ]),
      ),
    },
  });

  #node(id: NodeId, node: PlannedNode): void {
    if (node.cached) {
      this.#executed(id, node);
      this.#finish(id);
      return;
    }
    this.#start(id, id);
    if (node.work.kind === 'steps') this.#steps(id, node.work.steps, node.work.previews);
    if (node.work.kind === 'expands') {
      for (const [at, steps] of node.work.into.entries()) {
        const inner = `${id}.0.0.${at + 1}`;
        this.#start(inner, id);
        this.#steps(inner, steps, false);
        this.#finish(inner);
      }
    }
    this.#executed(id, node);
    this.#finish(id);
  }

  #start(id: NodeId, display: NodeId): void {
    this.#current = id;
    this.#state.start(id);
    this.#tellState();
    this.#tell('executing', { node: id, display_node: display });
    this.#beat();
  }

  #steps(id: NodeId, steps: number, previews: boolean): void {
    for (let value = 1; value <= steps; value += 1) {
      this.#state.update(id, value, steps);
      this.#tellState();
      this.#say('progress', { value, max: steps, prompt_id: this.#promptId, node: id });
      if (previews) this.frames.push(previewFrame(IMAGE));
      this.#beat();
    }
  }

  #executed(id: NodeId, node: PlannedNode): void {
    if (node.files === null) return;
    const images = Array.from({ length: node.files }, (_, at) => ({
      filename: `node${id}_${at}.png`,
      subfolder: '',
      type: 'output',
    }));
    this.#outputs[id] = { images };
    this.files.push(...images.map(({ filename }) => filename));
    this.#tell('executed', { node: id, display_node: id, output: { images } });
  }

  #finish(id: NodeId): void {
    this.#state.finish(id);
    this.#tellState();
  }

  /** An error or an interruption comes at a beat: when a node has begun, or after one of its steps. */
  #beat(): void {
    const { kind, after } = this.#plan.ending;
    if (this.#beats === after && kind !== 'completed') throw new Ended();
    this.#beats += 1;
  }

  #last(): void {
    this.#say('status', { status: { exec_info: { queue_remaining: 0 } } });
    this.#tell('executing', { node: null });
  }

  #tellState(): void {
    this.#say('progress_state', this.#state.frame());
  }

  /** Only to the run's client. */
  #tell(type: string, data: object): void {
    if (this.#plan.hasClient) this.#say(type, { ...data, prompt_id: this.#promptId });
  }

  /** Kept by the history as well. */
  #message(type: string, data: object, toAll = false): void {
    this.#clock += 100;
    const stamped = { ...data, prompt_id: this.#promptId, timestamp: this.#clock };
    this.#messages.push([type, stamped]);
    if (this.#plan.hasClient || toAll) this.#say(type, stamped);
  }

  #say(type: string, data: object): void {
    this.frames.push(JSON.stringify({ type, data }));
  }
}

function promptNode({ needs, work, files }: PlannedNode): Prompt[string] {
  const links = Object.fromEntries(needs.map((place) => [`from_${idOf(place)}`, [idOf(place), 0]]));
  const steps = work.kind === 'steps' && work.promised ? { steps: work.steps } : {};
  return { class_type: files === null ? 'Node' : 'SaveImage', inputs: { ...links, ...steps } };
}

/** What the outputs need, in order; ComfyUI looks no further than a cached node, which itself runs only as an output. */
function nodesToRun(nodes: readonly PlannedNode[]): [NodeId, PlannedNode][] {
  const needed = new Set<number>();
  for (const [place, node] of [...nodes.entries()].reverse()) {
    if (node.files === null && (node.cached || !needed.has(place))) continue;
    needed.add(place);
    if (!node.cached) for (const need of node.needs) needed.add(need);
  }
  return [...nodes.entries()].flatMap(([place, node]): [NodeId, PlannedNode][] =>
    needed.has(place) && !(node.cached && node.files === null) ? [[idOf(place), node]] : [],
  );
}
