import { type Fields, fieldsOf, listOf, textOf } from '../client/json.ts';

/** What ComfyUI holds against one node. */
export interface NodeProblem {
  readonly id: string;
  readonly type: string;
  readonly problems: readonly Problem[];
}

export interface Problem {
  /** The input that it is about; null when it is about the node. */
  readonly input: string | null;
  readonly words: string;
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
function inWords(error: Fields | null): Problem[] {
  if (error === null) return [];
  const parts = [textOf(error.message), textOf(error.details)].filter((part) => part !== null && part !== '');
  if (parts.length === 0) return [];
  return [{ input: textOf(fieldsOf(error.extra_info)?.input_name), words: parts.join(': ') }];
}
