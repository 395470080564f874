import type { Prompt } from '../../../core/runs/run.ts';
import type { FileName, Files, Folder } from './files.ts';
import type { Picture } from './images.ts';

/** `[type or list of choices, options]`, as /object_info shows it. */
export type InputConfig = readonly [string | readonly string[], InputOptions?];

export interface InputOptions {
  readonly min?: number;
  readonly max?: number;
  readonly [option: string]: unknown;
}

/** What travels along a link. */
export type Value =
  | { readonly kind: 'picture'; readonly picture: Picture }
  | { readonly kind: 'model'; readonly stepMs: number }
  | { readonly kind: 'other' };

export interface NodeResult {
  readonly outputs: readonly Value[];
  /** Shown to the user: it becomes an `executed` frame and an entry in the history. */
  readonly ui?: Readonly<Record<string, unknown>>;
  /** Nodes to run in this one's place; `outputs` are then links into them. */
  readonly expand?: Prompt;
  readonly links?: readonly (readonly [string, number])[];
}

/** What a node may do while it runs. */
export interface NodeContext {
  readonly nodeId: string;
  /** The node's inputs as the prompt has them, links and all. */
  readonly rawInputs: Readonly<Record<string, unknown>>;
  readonly files: Files;
  /** Waits one step; rejects when the run is interrupted. */
  step(ms: number, value: number): Promise<void>;
  progress(value: number, max: number, preview?: { picture: Picture; format: 'jpeg' | 'png' }): void;
  /** A text frame (type 3). */
  text(message: string): void;
  /** A message of the node's own type, to every socket. */
  broadcast(type: string, data: unknown): void;
  save(folder: Folder, prefix: string, picture: Picture): FileName;
}

export interface NodeClass {
  readonly category: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly module?: string;
  readonly required: Readonly<Record<string, InputConfig>>;
  readonly hidden?: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  readonly outputNames?: readonly string[];
  readonly outputTooltips?: readonly string[];
  readonly outputNode?: boolean;
  readonly isAsync?: boolean;
  /** Never taken from the cache. */
  readonly alwaysRuns?: boolean;
  /** A message when the node's own validation refuses an input, else null. */
  validate?(
    inputs: Readonly<Record<string, unknown>>,
    files: Files,
  ): { input: string; message: string } | null;
  run(inputs: Inputs, context: NodeContext): NodeResult | Promise<NodeResult>;
}

/** A node's inputs by name. Validation has been there before, so a wrong type is a bug of the stand-in. */
export class Inputs {
  readonly #values: ReadonlyMap<string, Value>;
  readonly #widgets: Readonly<Record<string, unknown>>;

  /** `values` came by links, `widgets` stand in the prompt. */
  constructor(values: ReadonlyMap<string, Value>, widgets: Readonly<Record<string, unknown>>) {
    this.#values = values;
    this.#widgets = widgets;
  }

  picture(name: string): Picture {
    const value = this.#values.get(name);
    if (value?.kind !== 'picture') throw new TypeError(`${name} is not a picture`);
    return value.picture;
  }

  /** How long a step of this model takes; the time of one made elsewhere is 50 ms. */
  stepMs(name: string): number {
    const value = this.#values.get(name);
    return value?.kind === 'model' ? value.stepMs : 50;
  }

  number(name: string): number {
    return Number(this.#widgets[name]);
  }

  text(name: string): string {
    return String(this.#widgets[name]);
  }
}

/** An exception of a node, by its Python class. */
export class NodeError extends Error {
  readonly pythonType: string;

  constructor(pythonType: string, message: string) {
    super(message);
    this.pythonType = pythonType;
  }
}
