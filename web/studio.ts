import { connectClient } from '../client/browser-client.ts';
import { StudioError } from '../client/error.ts';

/** The Studio that this page came from. */
export const studio = connectClient({ previews: 'tagged' });

/** To the login page, and from there back to this very place. */
export function goToLogin(): void {
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Why a call failed, in words; a mistake of this page's own is thrown on. When it was the login, the page is left. */
export function failureOf(error: unknown): StudioError {
  if (!(error instanceof StudioError)) throw error;
  if (error.status === 401) goToLogin();
  return error;
}
