import type { Prompt, PromptNode } from '../../../core/runs/run.ts';
import { nodeClasses } from './nodes.ts';

/** `[node id, output index]` */
export type Link = readonly [string, number];

/** A link as the prompt writes it: a list of two, the first of them a node id. */
export function asLink(value: unknown): Link | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [id, output]: readonly unknown[] = value;
  return typeof id === 'string' && typeof output === 'number' ? [id, output] : undefined;
}

/**
 * ComfyUI's execution list: which node runs next. Nodes become ready when all they link to is done or cached; among
 * the ready ones an output or async node goes first, then what feeds an output node, then the first that was added.
 */
export class ExecutionList {
  readonly #nodes: Map<string, PromptNode>;
  readonly #isCached: (id: string) => boolean;
  readonly #pending = new Set<string>();
  /** node id -> the nodes that wait for it */
  readonly #blocking = new Map<string, Set<string>>();
  readonly #blockCount = new Map<string, number>();

  constructor(nodes: Map<string, PromptNode>, isCached: (id: string) => boolean) {
    this.#nodes = nodes;
    this.#isCached = isCached;
  }

  add(id: string): void {
    const ids = [id];
    const waits: [string, string][] = [];
    for (let next = ids.pop(); next !== undefined; next = ids.pop()) {
      if (this.#pending.has(next)) continue;
      this.#pending.add(next);
      for (const value of Object.values(this.#nodes.get(next)?.inputs ?? {})) {
        const link = asLink(value);
        if (!link) continue;
        if (!this.#isCached(link[0])) ids.push(link[0]);
        waits.push([link[0], next]);
      }
    }
    for (const [from, to] of waits) this.block(from, to);
  }

  /** Lets `to` wait for `from`, unless that is cached. */
  block(from: string, to: string): void {
    if (this.#isCached(from)) return;
    if (!this.#pending.has(from)) this.add(from);
    const waiting = this.#blocking.get(from) ?? new Set();
    this.#blocking.set(from, waiting);
    if (waiting.has(to)) return;
    waiting.add(to);
    this.#blockCount.set(to, (this.#blockCount.get(to) ?? 0) + 1);
  }

  /** The next node to run; it stays in the list until `complete`. */
  next(): string | undefined {
    const ready = [...this.#pending].filter((id) => (this.#blockCount.get(id) ?? 0) === 0);
    const waitingFor = (id: string): string[] => [...(this.#blocking.get(id) ?? [])];
    return (
      ready.find((id) => this.#isOutput(id) || this.#class(id)?.isAsync) ??
      ready.find((id) => waitingFor(id).some((next) => this.#isOutput(next))) ??
      ready.find((id) =>
        waitingFor(id).some((next) => waitingFor(next).some((last) => this.#isOutput(last))),
      ) ??
      ready[0]
    );
  }

  complete(id: string): void {
    this.#pending.delete(id);
    for (const waiting of this.#blocking.get(id) ?? []) {
      this.#blockCount.set(waiting, (this.#blockCount.get(waiting) ?? 1) - 1);
    }
    this.#blocking.delete(id);
  }

  #class(id: string) {
    return nodeClasses.get(this.#nodes.get(id)?.class_type ?? '');
  }

  #isOutput(id: string): boolean {
    return this.#class(id)?.outputNode === true;
  }
}

/** What makes two nodes the same to the cache: class and inputs, and those of all they link to. */
export function signatures(prompt: Prompt, fingerprint: (node: PromptNode) => unknown): Map<string, string> {
  const known = new Map<string, string>();
  const sign = (id: string): string => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, 'cycle');
    const node = prompt[id];
    const inputs = Object.entries(node?.inputs ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => {
        const link = asLink(value);
        return [name, link ? [sign(link[0]), link[1]] : { value }];
      });
    const signature = JSON.stringify([node?.class_type, node && fingerprint(node), inputs]);
    known.set(id, signature);
    return signature;
  };
  for (const id of Object.keys(prompt)) sign(id);
  return known;
}
