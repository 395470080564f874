const PLACE = 'studio.workflow';

/** In characters: browsers give an origin 5 million or fewer. */
const MOST = 500_000;

/** The workflow that was in the form last, in this browser; '' when there is none. */
export function rememberedWorkflow(): string {
  try {
    return localStorage.getItem(PLACE) ?? '';
  } catch {
    return '';
  }
}

/** Keeps it for the next visit; one that is too long is not kept, nor is anything where the browser forbids it. */
export function rememberWorkflow(text: string): void {
  try {
    if (text === '' || text.length > MOST) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, text);
  } catch {
    // A private window, or no room: then it is not remembered.
  }
}
