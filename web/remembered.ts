/** What this browser remembers from page to page. It may refuse to: then nothing is remembered, and all works. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`studio.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`studio.${name}`, value);
  } catch {}
}
