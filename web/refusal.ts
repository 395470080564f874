import { type Fields, fieldsOf, listOf, textOf } from '../client/json.ts';

/** What ComfyUI holds against one node. */
export interface NodeProblem {
  readonly id: string;
  readonly type: string;
  readonly problems: readonly string[];
}

/** ComfyUI's `node_errors`, by node, in words. */
export function nodeProblems(nodeErrors: unknown): readonly NodeProblem[] {
  return Object.entries(fieldsOf(nodeErrors) ?? {}).flatMap(([id, value]) => {
    const node = fieldsOf(value);
    if (node === null) return [];
    const problems = listOf(node.errors).flatMap((error) => inWords(fieldsOf(error)));
    return [{ id, type: textOf(node.class_type) ?? '', problems }];
  });
}

/** ComfyUI puts the input's name into the details, often alone. */
function inWords(error: Fields | null): string[] {
  if (error === null) return [];
  const parts = [textOf(error.message), textOf(error.details)].filter((part) => part !== null && part !== '');
  return parts.length === 0 ? [] : [parts.join(': ')];
}
