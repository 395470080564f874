import type { FormParts } from './form.ts';

/** Makes the button that shows the key and hides it again. */
export function addReveal({ key, reveal, form }: FormParts): void {
  function show(isShown: boolean): void {
    key.type = isShown ? 'text' : 'password';
    reveal.textContent = isShown ? 'Hide' : 'Show';
    reveal.setAttribute('aria-label', isShown ? 'Hide the key' : 'Show the key');
  }
  reveal.hidden = false;
  reveal.addEventListener('click', () => {
    show(key.type === 'password');
    key.focus();
  });
  // Browsers offer to remember what was in a password field.
  form.addEventListener('submit', () => show(false));
}
