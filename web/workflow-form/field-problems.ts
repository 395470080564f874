import type { NodeProblem } from '../refusal.ts';
import type { Field } from './fields.ts';

export interface SortedProblems {
  /** In words, by the field's key. */
  readonly byField: ReadonlyMap<string, readonly string[]>;
  /** Those that no field can show. */
  readonly others: readonly NodeProblem[];
}

/** ComfyUI's objections, each at the field of the input that it names, as far as the form has that. */
export function sortProblems(fields: readonly Field[], problems: readonly NodeProblem[]): SortedProblems {
  const byField = new Map<string, readonly string[]>();
  const others = problems.flatMap((node) => {
    const left = node.problems.filter(({ input, words }) => {
      const field = fields.find((one) => one.node === node.id && one.input === input);
      if (field === undefined) return true;
      byField.set(field.key, [...(byField.get(field.key) ?? []), words]);
      return false;
    });
    return left.length === 0 && node.problems.length > 0 ? [] : [{ ...node, problems: left }];
  });
  return { byField, others };
}
