import { fileProblem } from '../workflow.ts';
import { workflowInPicture } from './picture-workflow.ts';

/** The text of a file that was dropped or chosen, or why there is none, in words. */
export type FileReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** Reads a workflow's file, or the workflow that a picture from ComfyUI carries. */
export async function readFile(file: File): Promise<FileReading> {
  const problem = fileProblem(file);
  if (problem !== null) return { ok: false, problem };
  if (!isPicture(file)) return { ok: true, text: await file.text() };
  const found = await workflowInPicture(new Uint8Array(await file.arrayBuffer()));
  switch (found.kind) {
    case 'prompt':
      return { ok: true, text: indented(found.text) };
    case 'editor':
      return {
        ok: false,
        problem: `${file.name} holds its workflow in the editor's own format only. Drop it into the graph editor, and choose Workflow > Export (API) there.`,
      };
    case 'none':
      return {
        ok: false,
        problem: `${file.name} holds no workflow. Pictures keep theirs when they come straight from ComfyUI, as PNG or WebP, and no program has saved them anew.`,
      };
  }
}

export function isPicture({ type }: { readonly type: string }): boolean {
  return type === 'image/png' || type === 'image/webp';
}

/** Python's one long line, a node to a line; nothing in it is read, so no number is rounded. */
function indented(text: string): string {
  return text
    .replace(/^\{"/, '{\n  "')
    .replace(/\}, "(?=[^"]+": \{"(?:inputs|class_type|_meta)")/g, '},\n  "');
}
