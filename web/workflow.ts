import { type Fields, fieldsOf } from '../client/json.ts';
import { memberOf } from '../client/json-text.ts';
import { type Field, findFields } from './workflow-form/fields.ts';
import { readGraph } from './workflow-form/graph.ts';

/** A text, read as a workflow: what to send and what can be changed in it, or what is wrong with it, in words. */
export type Reading =
  | {
      readonly ok: true;
      readonly body: string;
      readonly nodeCount: number;
      /** Their places are those in the text that was read. */
      readonly fields: readonly Field[];
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Recognises a workflow in API format, bare or as `{prompt: ...}`. `body` is for POST /api/run and is made of the text itself:
 * a seed can have more digits than a JavaScript number keeps.
 */
export function readWorkflow(text: string): Reading {
  const trimmed = text.trim();
  if (trimmed === '')
    return problem('There is no workflow yet: paste one, drop its file, or try the example.');
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (error) {
    return problem(`That is not complete JSON. ${error instanceof Error ? error.message : ''}`.trim());
  }
  const fields = fieldsOf(value);
  if (fields === null) return problem('That is JSON, but not a workflow: a workflow begins with {.');
  if (isEditorFormat(fields)) return problem(EXPORT_HINT);
  const wrapped = wrappedPrompt(fields);
  const prompt = wrapped ?? fields;
  const nodes = Object.entries(prompt);
  if (nodes.length === 0) return problem('This workflow is empty: it needs at least one node.');
  const stranger = nodes.find(([, node]) => !isNode(node));
  if (stranger !== undefined) {
    const [id] = stranger;
    return problem(`${JSON.stringify(id)} is not a node: it has no class_type or no inputs. ${API_HINT}`);
  }
  return {
    ok: true,
    body: wrapped === null ? `{"prompt":${trimmed}}` : trimmed,
    nodeCount: nodes.length,
    fields: findFields(readGraph(text, wrapped === null ? 0 : memberOf(text, 'prompt')?.start)),
  };
}

/** Why a file is not even looked into, in words; null when it is: a text, or a picture that may carry its workflow. */
export function fileProblem(file: {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}): string | null {
  if (!/^$|json|text|^image\/(png|webp)$/.test(file.type))
    return `${file.name} is no workflow file. ${API_HINT}`;
  const [limit, words] = file.type.startsWith('image/')
    ? [LARGEST_PICTURE, '256 MiB that a picture may have here.']
    : [LARGEST, '16 MiB that a workflow may have.'];
  return file.size > limit ? `${file.name} is larger than the ${words}` : null;
}

/** Bytes that POST /api/run takes. */
const LARGEST = 16 * 1024 * 1024;
const LARGEST_PICTURE = 256 * 1024 * 1024;

const API_HINT = 'In ComfyUI, choose Workflow > Export (API) to get a file that can be run.';
const EXPORT_HINT = `This is the editor's own format, which only the editor can run. ${API_HINT}`;

function problem(words: string): Reading {
  return { ok: false, problem: words };
}

function isEditorFormat(fields: Fields): boolean {
  return Array.isArray(fields.nodes) && Array.isArray(fields.links);
}

/** The prompt of `{prompt: {...}}`. A node that happens to have the id "prompt" is none. */
function wrappedPrompt(fields: Fields): Fields | null {
  return isNode(fields.prompt) ? null : fieldsOf(fields.prompt);
}

function isNode(value: unknown): boolean {
  const node = fieldsOf(value);
  return node !== null && typeof node.class_type === 'string' && fieldsOf(node.inputs) !== null;
}
