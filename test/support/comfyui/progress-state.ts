import type { PreviewSource } from './frames.ts';

/** Where a node of an expanded graph comes from; other nodes are their own origin. */
export interface NodeOrigin {
  readonly display: string;
  readonly parent: string | null;
  readonly real: string;
}

interface NodeProgress {
  value: number;
  max: number;
  state: 'running' | 'finished' | 'error';
}

/** The nodes of a run that have begun: the content of its progress_state frames. */
export class ProgressState {
  readonly #promptId: string;
  readonly #origin: (id: string) => NodeOrigin;
  readonly #nodes = new Map<string, NodeProgress>();

  constructor(promptId: string, origin: (id: string) => NodeOrigin) {
    this.#promptId = promptId;
    this.#origin = origin;
  }

  start(id: string): void {
    this.#nodes.set(id, { value: 0, max: 1, state: 'running' });
  }

  update(id: string, value: number, max: number): void {
    this.#nodes.set(id, { value, max, state: 'running' });
  }

  finish(id: string): void {
    const max = this.#nodes.get(id)?.max ?? 1;
    this.#nodes.set(id, { value: max, max, state: 'finished' });
  }

  source(id: string): PreviewSource {
    const { display, parent, real } = this.#origin(id);
    return {
      node_id: id,
      prompt_id: this.#promptId,
      display_node_id: display,
      parent_node_id: parent,
      real_node_id: real,
    };
  }

  frame(): { prompt_id: string; nodes: Record<string, unknown> } {
    const nodes = [...this.#nodes].map(([id, progress]) => [id, { ...progress, ...this.source(id) }]);
    return { prompt_id: this.#promptId, nodes: Object.fromEntries(nodes) };
  }
}
