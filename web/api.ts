import { type Fields, parseFields, textOf } from './json.ts';

/** What Studio answered. Status 0: it could not be reached. */
export interface Answer {
  readonly status: number;
  readonly body: Fields;
}

/** How long an answer may take, in ms. */
const PATIENCE = 30_000;

/** GET /api/auth/session: 200 while this browser is logged in, else 401. */
export function askSession(): Promise<Answer> {
  return ask('/api/auth/session', { signal: AbortSignal.timeout(5000) });
}

/** POST /api/run. `body` is its JSON. */
export function startRun(body: string): Promise<Answer> {
  return ask('/api/run', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** POST /api/run/cancel/{prompt_id} */
export function cancelRun(promptId: string): Promise<Answer> {
  return ask(`/api/run/cancel/${encodeURIComponent(promptId)}`, {
    method: 'POST',
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** To the login page, and from there back to this one. */
export function goToLogin(): void {
  location.replace(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/** Why it was refused, in words. */
export function failureOf({ status, body }: Answer): string {
  if (status === 0) return 'Studio cannot be reached. Check your connection, then try again.';
  return textOf(body.detail) ?? `Studio answered with an error (${status}).`;
}

async function ask(path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(path, { credentials: 'same-origin', ...init });
    return { status: response.status, body: parseFields(await response.text()) ?? {} };
  } catch {
    return { status: 0, body: {} };
  }
}
