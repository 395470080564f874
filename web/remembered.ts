const PREFIX = 'studio.';

let hasForgotten = false;

/** What this browser remembers from page to page. It may refuse to: then nothing is remembered, and all works. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Null forgets it. After `forgetAll` nothing is remembered any more until another page is loaded. */
export function remember(name: string, value: string | null): void {
  if (hasForgotten) return;
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // A private window, or no room.
  }
}

/** Leaves nothing to whoever uses this browser next. What the graph editor keeps here is the editor's own. */
export function forgetAll(): void {
  hasForgotten = true;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Then there is nothing either.
  }
}
