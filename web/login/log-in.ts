import { wait } from './countdown.ts';
import type { FormParts } from './form.ts';

/** A link from another site opens without the cookie; a request from this page has it. So ask, and go on if it is good. */
export async function goOnWithSession({ next }: FormParts): Promise<void> {
  const response = await fetch('/api/auth/session', { credentials: 'same-origin' }).catch(() => null);
  if (response?.status === 200) location.replace(next.value);
}

/** Sends the key; goes on, or says in words why not. What was typed stays. */
export async function logIn(parts: FormParts): Promise<void> {
  const { key, next, submit } = parts;
  submit.disabled = true;
  submit.textContent = 'Logging in…';
  say(parts, '');
  const response = await post({ api_key: key.value, next: next.value });
  if (response?.status === 200) {
    location.replace(redirectOf(await response.json().catch(() => null)));
    return;
  }
  submit.disabled = false;
  submit.textContent = 'Log in';
  if (response?.status === 429) return wait(parts, Number(response.headers.get('Retry-After')) || 60);
  say(parts, refusal(response?.status));
  key.select();
}

function post(body: unknown): Promise<Response | null> {
  return fetch('/api/auth/login', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
}

function refusal(status: number | undefined): string {
  switch (status) {
    case undefined:
      return 'Studio cannot be reached. Check your connection, then try again.';
    case 401:
      return 'That is not the key. Check for a missing character or an extra space.';
    case 403:
      return 'Studio takes this page for another site’s. Open it by the address that you reach Studio at, then try again.';
    case 503:
      return 'Studio is being updated. Try again in a moment.';
    default:
      return `Studio answered with an error (${status}). Try again in a moment.`;
  }
}

function say({ error, key }: FormParts, words: string): void {
  error.textContent = words;
  if (words === '') key.removeAttribute('aria-invalid');
  else key.setAttribute('aria-invalid', 'true');
}

function redirectOf(body: unknown): string {
  const isAnswer = typeof body === 'object' && body !== null && 'redirect' in body;
  return isAnswer && typeof body.redirect === 'string' ? body.redirect : '/home';
}
