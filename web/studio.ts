import { connectClient } from '../client/browser-client.ts';
import { StudioError } from '../client/error.ts';
import { createHttp } from '../client/http.ts';

/** The Studio that this page came from. The one page that shows previews asks for them. */
export const studio = connectClient({ previews: location.pathname === '/home' ? 'tagged' : 'off' });

/** Asks Studio for what the client library has no call of its own for. */
export const ask = createHttp({
  baseUrl: location.origin,
  headers: {},
  fetch: (...what) => fetch(...what),
});

/** To the login page, and from there back to where one was. */
export function goToLogin(): void {
  const here = location.pathname + location.search + location.hash;
  location.replace(`/login?next=${encodeURIComponent(here)}`);
}

let sessionsChange: Promise<unknown> = Promise.resolve();

/** While `work` is under way a lost session proves nothing: it may bring a new one. */
export function whileSessionsChange<T>(work: Promise<T>): Promise<T> {
  sessionsChange = work.catch(() => null);
  return work;
}

/** Whether this browser has no session any more, once changes that are under way are done. */
export async function isLoggedOut(): Promise<boolean> {
  await sessionsChange;
  return studio.session().then(
    () => false,
    (error) => error instanceof StudioError && error.status === 401,
  );
}

/** Why a call failed, in words; a mistake of this page's own is thrown on. When it was the login, the page is left. */
export function failureOf(error: unknown): StudioError {
  if (!(error instanceof StudioError)) throw error;
  if (error.status === 401) goToLogin();
  return error;
}
