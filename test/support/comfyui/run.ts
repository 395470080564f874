import type { Prompt, PromptId, PromptNode } from '../../../core/runs/run.ts';
import { describeFailure } from './failure.ts';
import type { Files } from './files.ts';
import { textFrame } from './frames.ts';
import { asLink, ExecutionList, type Link } from './graph.ts';
import type { HistoryEntry } from './history.ts';
import { encodePicture, encodePreview } from './images.ts';
import { Inputs, type NodeContext, NodeError, type NodeResult, type Value } from './node-class.ts';
import { nodeClasses } from './nodes.ts';
import type { Pace } from './pace.ts';
import { withText } from './png.ts';
import { ProgressState } from './progress-state.ts';
import type { QueueItem } from './queue.ts';
import type { Sockets } from './sockets.ts';

/** What is left of a node that has run. */
export interface Done {
  readonly outputs: readonly Value[];
  readonly ui: Readonly<Record<string, unknown>> | undefined;
}

/** What a run needs of the server it runs on. */
export interface Surroundings {
  readonly sockets: Sockets;
  readonly files: Files;
  readonly pace: Pace;
  /** Results by signature, and the signature of each node of this prompt. */
  readonly cache: Map<string, Done>;
  readonly signatures: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** The node that runs now has been told to the run's client. */
  readonly onNode: (displayId: string) => void;
}

/** One prompt on its way through its nodes. */
export class Run {
  readonly #item: QueueItem;
  readonly #promptId: PromptId;
  readonly #clientId: string | null;
  readonly #around: Surroundings;
  readonly #nodes: Map<string, PromptNode>;
  /** Nodes of an expanded graph -> the node they stand for. */
  readonly #parents = new Map<string, string>();
  readonly #expanded = new Map<string, readonly Link[]>();
  readonly #done = new Map<string, Done>();
  readonly #list: ExecutionList;
  readonly #state: ProgressState;
  readonly #executed: string[] = [];
  readonly #messages: [string, unknown][] = [];
  readonly #shown = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(item: QueueItem, clientId: string | null, around: Surroundings) {
    this.#item = item;
    this.#promptId = item[1];
    this.#clientId = clientId;
    this.#around = around;
    this.#nodes = new Map(Object.entries(item[2]));
    this.#list = new ExecutionList(this.#nodes, (id) => this.#cached(id) !== undefined);
    this.#state = new ProgressState(this.#promptId, (id) => this.#origin(id));
  }

  /** Rejects only when the signal's reason is 'gone': then nobody is told, and nothing is left of the run. */
  async toTheEnd(): Promise<HistoryEntry> {
    const [, prompt_id, prompt, , outputs] = this.#item;
    this.#message('execution_start', { prompt_id });
    const nodes = Object.keys(prompt).filter((id) => this.#cached(id));
    this.#message('execution_cached', { nodes, prompt_id });
    for (const id of outputs) this.#list.add(id);
    for (let id = this.#list.next(); id !== undefined; id = this.#list.next()) {
      try {
        this.#around.signal.throwIfAborted();
        await this.#node(id);
      } catch (error) {
        if (this.#around.signal.reason === 'gone') throw error;
        this.#failed(id, error);
        return this.#entry('error');
      }
    }
    this.#message('execution_success', { prompt_id });
    return this.#entry('success');
  }

  async #node(id: string): Promise<void> {
    const links = this.#expanded.get(id);
    if (links) {
      this.#finish(id, { outputs: links.map((link) => this.#valueOf(link)), ui: undefined });
      return;
    }
    const cached = this.#cached(id);
    if (cached) {
      this.#tell('executed', this.#executedFrame(id, cached.ui ?? null));
      if (cached.ui) this.#shown.set(id, cached.ui);
      this.#state.finish(id);
      this.#tellState();
      this.#list.complete(id);
      return;
    }
    this.#state.start(id);
    this.#tellState();
    const display = this.#origin(id).display;
    if (this.#clientId !== null) this.#around.onNode(display);
    this.#tell('executing', { node: id, display_node: display, prompt_id: this.#promptId });
    const result = await this.#run(id);
    if (result.expand) {
      this.#expand(id, result.expand, result.links ?? []);
      return;
    }
    if (result.ui) this.#tell('executed', this.#executedFrame(id, result.ui));
    this.#finish(id, { outputs: result.outputs, ui: result.ui });
  }

  async #run(id: string): Promise<NodeResult> {
    const node = this.#nodes.get(id);
    const nodeClass = nodeClasses.get(node?.class_type ?? '');
    if (!node || !nodeClass) throw new NodeError('KeyError', id);
    const values = new Map<string, Value>();
    for (const [name, input] of Object.entries(node.inputs)) {
      const link = asLink(input);
      if (link) values.set(name, this.#valueOf(link));
    }
    return await nodeClass.run(new Inputs(values, node.inputs), this.#context(id));
  }

  #context(id: string): NodeContext {
    const { sockets, files, pace, signal } = this.#around;
    return {
      nodeId: id,
      rawInputs: this.#nodes.get(id)?.inputs ?? {},
      files,
      step: (ms, value) => pace.step(ms, value, signal),
      progress: (value, max, preview) => {
        this.#state.update(id, value, max);
        this.#tellState();
        const image = preview && encodePreview(preview.picture, preview.format);
        // With metadata the image goes before its progress message, without it goes after.
        const early = image && sockets.wantsMetadata(this.#clientId);
        if (early) sockets.sendPreview(image, this.#state.source(id), this.#clientId);
        sockets.send('progress', { value, max, prompt_id: this.#promptId, node: id }, this.#clientId);
        if (image && !early) sockets.sendPreview(image, this.#state.source(id), this.#clientId);
      },
      text: (message) => sockets.sendBinary(textFrame(id, message), this.#clientId),
      broadcast: (type, data) => sockets.send(type, data, null),
      save: (folder, prefix, picture) => {
        const name = files.nextName(folder, prefix);
        const texts = { prompt: JSON.stringify(this.#item[2]), ...workflowText(this.#item[3]) };
        const path = `${name.subfolder}/${name.filename}`;
        files.write(folder, path, withText(encodePicture(picture, 'png'), texts), picture);
        return name;
      },
    };
  }

  /** The nodes that `id` put in its place run next; then `id` itself is done. */
  #expand(id: string, graph: Prompt, links: readonly Link[]): void {
    for (const [inner, node] of Object.entries(graph)) {
      this.#nodes.set(inner, node);
      this.#parents.set(inner, id);
    }
    this.#expanded.set(id, links);
    for (const [from] of links) this.#list.block(from, id);
  }

  #finish(id: string, done: Done): void {
    this.#done.set(id, done);
    if (done.ui) this.#shown.set(id, done.ui);
    const signature = this.#around.signatures.get(id);
    if (signature !== undefined) this.#around.cache.set(signature, done);
    this.#state.finish(id);
    this.#tellState();
    this.#executed.push(id);
    this.#list.complete(id);
  }

  #failed(id: string, error: unknown): void {
    const node_type = this.#nodes.get(id)?.class_type;
    const about = { prompt_id: this.#promptId, node_id: id, node_type, executed: [...this.#executed].sort() };
    if (this.#around.signal.aborted) {
      // The one message of its kind that a run without a client sends to everybody.
      this.#message('execution_interrupted', about, true);
      return;
    }
    this.#message('execution_error', {
      ...about,
      ...describeFailure(error, this.#nodes.get(id)),
      current_outputs: Object.keys(this.#item[2]),
    });
  }

  #entry(status_str: 'success' | 'error'): HistoryEntry {
    const meta = [...this.#shown.keys()].map((id) => {
      const { display, parent, real } = this.#origin(id);
      return [id, { node_id: id, display_node: display, parent_node: parent, real_node_id: real }];
    });
    return {
      prompt: this.#item,
      outputs: Object.fromEntries(this.#shown),
      status: { status_str, completed: status_str === 'success', messages: this.#messages },
      meta: Object.fromEntries(meta),
    };
  }

  #cached(id: string): Done | undefined {
    const signature = this.#around.signatures.get(id);
    return signature === undefined ? undefined : this.#around.cache.get(signature);
  }

  #valueOf([id, output]: Link): Value {
    const done = this.#done.get(id) ?? this.#cached(id);
    return done?.outputs[output] ?? { kind: 'other' };
  }

  #origin(id: string): { display: string; parent: string | null; real: string } {
    const parent = this.#parents.get(id);
    return parent === undefined
      ? { display: id, parent: null, real: id }
      : { display: this.#origin(parent).display, parent, real: parent };
  }

  #executedFrame(id: string, output: unknown): Record<string, unknown> {
    return { node: id, display_node: this.#origin(id).display, output, prompt_id: this.#promptId };
  }

  /** Progress, unlike the rest, goes to every socket when the run has no client. */
  #tellState(): void {
    this.#around.sockets.send('progress_state', this.#state.frame(), this.#clientId);
  }

  #tell(type: string, data: unknown): void {
    if (this.#clientId !== null) this.#around.sockets.send(type, data, this.#clientId);
  }

  /** A message that the history keeps as well. */
  #message(type: string, data: Readonly<Record<string, unknown>>, toAll = false): void {
    const stamped = { ...data, timestamp: Date.now() };
    this.#messages.push([type, stamped]);
    if (this.#clientId !== null || toAll) this.#around.sockets.send(type, stamped, this.#clientId);
  }
}

function workflowText(extra: Readonly<Record<string, unknown>>): { workflow?: string } {
  const info = extra.extra_pnginfo;
  return typeof info === 'object' && info !== null && 'workflow' in info
    ? { workflow: JSON.stringify(info.workflow) }
    : {};
}
