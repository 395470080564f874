import type { Prompt } from '../../../core/runs/run.ts';
import { Checker, PythonError, type RawPrompt, type ValidationError, type Verdict } from './check-node.ts';
import type { Files } from './files.ts';
import { nodeClasses } from './nodes.ts';

export interface NodeErrors {
  readonly errors: readonly ValidationError[];
  readonly dependent_outputs: string[];
  readonly class_type: string;
}

export interface Validation {
  /** Null when at least one output is good; then the prompt runs for those. */
  readonly error: ValidationError | null;
  readonly outputs: readonly string[];
  readonly nodeErrors: Readonly<Record<string, NodeErrors>>;
  /** The prompt with its numbers and strings converted. */
  readonly prompt: Prompt;
}

/** ComfyUI's validate_prompt. `targets` (partial_execution_targets) limits the outputs to those named. */
export function validatePrompt(raw: RawPrompt, targets: readonly unknown[] | null, files: Files): Validation {
  const refused = (type: string, message: string, details: string, nodeErrors = {}): Validation => ({
    error: { type, message, details, extra_info: {} },
    outputs: [],
    nodeErrors,
    prompt: {},
  });
  const asked: string[] = [];
  for (const [id, node] of Object.entries(raw)) {
    if (!('class_type' in node)) {
      const message = 'Cannot execute because a node is missing the class_type property.';
      return refused('invalid_prompt', message, `Node ID '#${id}'`);
    }
    const name = String(node.class_type);
    const nodeClass = nodeClasses.get(name);
    if (!nodeClass) {
      return refused(
        'invalid_prompt',
        `Cannot execute because node ${name} does not exist.`,
        `Node ID '#${id}'`,
      );
    }
    if (nodeClass.outputNode && (targets === null || targets.includes(id))) asked.push(id);
  }
  if (asked.length === 0) return refused('prompt_no_outputs', 'Prompt has no outputs', '');

  const checker = new Checker(raw, files);
  const good: string[] = [];
  const reasons: string[] = [];
  const nodeErrors: Record<string, NodeErrors> = {};
  // The recorded server takes outputs from a Python set; for its prompts that was last to first.
  for (const output of asked.reverse()) {
    const verdict = checkOutput(checker, output);
    if (verdict.valid) {
      good.push(output);
      continue;
    }
    reasons.push(...verdict.errors.map((error) => `${error.message}: ${error.details}`));
    // Every failure found so far is put down to this output as well, as ComfyUI does.
    for (const [id, { valid, errors }] of checker.verdicts) {
      if (valid || errors.length === 0) continue;
      const class_type = String(raw[id]?.class_type);
      nodeErrors[id] ??= { errors, dependent_outputs: [], class_type };
      nodeErrors[id].dependent_outputs.push(output);
    }
  }
  if (good.length > 0) return { error: null, outputs: good, nodeErrors, prompt: checker.prompt() };
  const message = 'Prompt outputs failed validation';
  return refused('prompt_outputs_failed_validation', message, reasons.join('\n'), nodeErrors);
}

/** An output node whose own check breaks is itself what failed. */
function checkOutput(checker: Checker, output: string): Verdict {
  try {
    return checker.check(output);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    const reason: ValidationError = {
      type: 'exception_during_validation',
      message: 'Exception when validating node',
      details: error.message,
      extra_info: { exception_type: error.pythonType, traceback: [] },
    };
    const verdict = { valid: false, errors: [reason] };
    checker.verdicts.set(output, verdict);
    return verdict;
  }
}
