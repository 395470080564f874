import type { Prompt } from './run.ts';

const LONGEST_TITLE = 100;

/** Inputs that hold what the picture is to show, in nodes of every family. */
const TEXT_INPUTS = ['text', 'prompt', 'text_g', 'positive', 'positive_prompt', 'clip_l', 't5xxl'];

/**
 * What to call a run by itself: the beginning of the first text prompt in its workflow, but not of one that says what the
 * picture is not to show; '' when there is none.
 */
export function titleOf(prompt: Prompt): string {
  const unwanted = negatives(prompt);
  for (const [id, { inputs }] of Object.entries(prompt)) {
    if (unwanted.has(id)) continue;
    for (const name of TEXT_INPUTS) {
      const text = inputs[name];
      if (typeof text === 'string' && text.trim() !== '') return shortened(text);
    }
  }
  return '';
}

/** One line of at most 100 characters. */
export function shortened(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST_TITLE)
    .trim()
    .replace(/\s+/g, ' ');
  return line.length <= LONGEST_TITLE ? line : `${line.slice(0, LONGEST_TITLE - 1).trimEnd()}…`;
}

/** The nodes that another one takes as its negative prompt. */
function negatives(prompt: Prompt): ReadonlySet<unknown> {
  return new Set(
    Object.values(prompt).map(({ inputs }) => (Array.isArray(inputs.negative) ? inputs.negative[0] : null)),
  );
}
