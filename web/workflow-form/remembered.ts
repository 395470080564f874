import { remember, remembered } from '../remembered.ts';

const NAME = 'workflow';

/** In characters: browsers give an origin 5 million or fewer. */
const MOST = 500_000;

/** The workflow that was in the form last, in this browser; '' when there is none. */
export function rememberedWorkflow(): string {
  return remembered(NAME) ?? '';
}

/** Keeps it for the next visit; one that is too long is not kept. */
export function rememberWorkflow(text: string): void {
  remember(NAME, text === '' || text.length > MOST ? null : text);
}
