import type { Prompt } from '../../../core/runs/run.ts';
import type { Files } from './files.ts';
import type { InputConfig } from './node-class.ts';
import { nodeClasses } from './nodes.ts';

/** A node of a prompt as it was posted; nothing is known of it yet. */
export type RawPrompt = Readonly<Record<string, Record<string, unknown>>>;

export interface ValidationError {
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly extra_info: Readonly<Record<string, unknown>>;
}

export interface Verdict {
  readonly valid: boolean;
  readonly errors: readonly ValidationError[];
}

/** An exception of the Python code this stands in for. */
export class PythonError extends Error {
  readonly pythonType: string;

  constructor(pythonType: string, message: string) {
    super(message);
    this.pythonType = pythonType;
  }
}

/** Python gives up at 1000 frames; what is reported does not depend on the depth. */
const maxDepth = 100;

/** ComfyUI's validate_inputs: a node and, through its links, all it depends on. */
export class Checker {
  readonly verdicts = new Map<string, Verdict>();
  readonly #raw: RawPrompt;
  readonly #files: Files;
  readonly #converted = new Map<string, Record<string, unknown>>();

  constructor(raw: RawPrompt, files: Files) {
    this.#raw = raw;
    this.#files = files;
  }

  prompt(): Prompt {
    const entries = Object.entries(this.#raw).map(([id, node]) => {
      const inputs = { ...asRecord(node.inputs), ...this.#converted.get(id) };
      return [id, { ...node, class_type: String(node.class_type), inputs }];
    });
    return Object.fromEntries(entries);
  }

  check(id: string, depth = 0): Verdict {
    const before = this.verdicts.get(id);
    if (before) return before;
    if (depth > maxDepth) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
    const node = this.#raw[id];
    const nodeClass = nodeClasses.get(String(node?.class_type));
    if (!node || !nodeClass) throw new PythonError('KeyError', `'${id}'`);
    if (!('inputs' in node)) throw new PythonError('KeyError', "'inputs'");
    const inputs = asRecord(node.inputs);
    const errors: ValidationError[] = [];
    let valid = true;
    for (const [name, config] of Object.entries(nodeClass.required)) {
      if (!(name in inputs)) {
        errors.push(inputError('required_input_missing', 'Required input is missing', name, name));
        continue;
      }
      const value = inputs[name];
      const found = Array.isArray(value)
        ? this.#checkLink(name, config, value, depth)
        : this.#checkWidget(id, name, config, value);
      if (found === false) valid = false;
      else if (found !== true) errors.push(found);
    }
    const refused = errors.length === 0 ? nodeClass.validate?.(inputs, this.#files) : null;
    if (refused) {
      const message = 'Custom validation failed for node';
      errors.push(
        inputError(
          'custom_validation_failed',
          message,
          `${refused.input} - ${refused.message}`,
          refused.input,
        ),
      );
    }
    const verdict = { valid: valid && errors.length === 0, errors };
    this.verdicts.set(id, verdict);
    return verdict;
  }

  /** True: good. False: bad, and reported at the node it links to. */
  #checkLink(
    name: string,
    config: InputConfig,
    value: readonly unknown[],
    depth: number,
  ): boolean | ValidationError {
    if (value.length !== 2) {
      const message = 'Bad linked input, must be a length-2 list of [node_id, slot_index]';
      return inputError('bad_linked_input', message, name, name, {
        input_config: config,
        received_value: value,
      });
    }
    const from = String(value[0]);
    const received = this.#outputType(from, Number(value[1]));
    const wanted = config[0];
    if (received !== wanted) {
      const details = `${name}, received_type(${received}) mismatch input_type(${wanted})`;
      return inputError('return_type_mismatch', 'Return type mismatch between linked nodes', details, name, {
        input_config: config,
        received_type: received,
        linked_node: value,
      });
    }
    try {
      return this.check(from, depth + 1).valid;
    } catch (error) {
      if (!(error instanceof PythonError)) throw error;
      const reason = inputError(
        'exception_during_inner_validation',
        'Exception when validating inner node',
        error.message,
        name,
        {
          input_config: config,
          exception_message: error.message,
          exception_type: error.pythonType,
          traceback: ['  File "/opt/comfy/execution.py", line 808, in validate_inputs\n'],
          linked_node: value,
        },
      );
      this.verdicts.set(from, { valid: false, errors: [reason] });
      return false;
    }
  }

  #outputType(id: string, output: number): string {
    const node = this.#raw[id];
    if (!node) throw new PythonError('KeyError', `'${id}'`);
    const nodeClass = nodeClasses.get(String(node.class_type));
    const type = nodeClass?.outputs[output];
    if (type === undefined) throw new PythonError('IndexError', 'tuple index out of range');
    return type;
  }

  #checkWidget(id: string, name: string, config: InputConfig, raw: unknown): true | ValidationError {
    const [type, options = {}] = config;
    const value = convert(type, raw);
    if (value instanceof PythonError) {
      const details = `${name}, ${raw}, ${value.message}`;
      return inputError(
        'invalid_input_type',
        `Failed to convert an input value to a ${type} value`,
        details,
        name,
        {
          input_config: config,
          received_value: raw,
          exception_message: value.message,
        },
      );
    }
    this.#converted.set(id, { ...this.#converted.get(id), [name]: value });
    const received = { input_config: config, received_value: value };
    if (typeof value === 'number' && options.min !== undefined && value < options.min) {
      const message = `Value ${value} smaller than min of ${options.min}`;
      return inputError('value_smaller_than_min', message, name, name, received);
    }
    if (typeof value === 'number' && options.max !== undefined && value > options.max) {
      const message = `Value ${value} bigger than max of ${options.max}`;
      return inputError('value_bigger_than_max', message, name, name, received);
    }
    if (typeof type !== 'string' && !type.includes(String(value))) {
      const many = type.length > 20;
      const list = many ? `(list of length ${type.length})` : `[${type.map((one) => `'${one}'`).join(', ')}]`;
      const extra = { input_config: many ? null : config, received_value: value };
      return inputError(
        'value_not_in_list',
        'Value not in list',
        `${name}: '${value}' not in ${list}`,
        name,
        extra,
      );
    }
    return true;
  }
}

function convert(type: InputConfig[0], value: unknown): unknown {
  if (type === 'STRING') return String(value);
  if (type === 'BOOLEAN') return Boolean(value);
  if (type !== 'INT' && type !== 'FLOAT') return value;
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isNaN(number)) return type === 'INT' ? Math.trunc(number) : number;
  return new PythonError(
    'ValueError',
    type === 'INT'
      ? `invalid literal for int() with base 10: '${value}'`
      : `could not convert string to float: '${value}'`,
  );
}

function inputError(
  type: string,
  message: string,
  details: string,
  input_name: string,
  extra: Readonly<Record<string, unknown>> = {},
): ValidationError {
  return { type, message, details, extra_info: { input_name, ...extra } };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
