import { useCallback, useEffect, useState } from 'preact/hooks';
import { StudioError } from '../client/error.ts';
import { goToLogin } from './studio.ts';

/** What a question to Studio has brought so far. When it is asked again and fails, the last value stays beside the problem. */
export interface Answer<T> {
  readonly value: T | null;
  /** Why the last one failed, in words. */
  readonly problem: string | null;
  /** Studio is in maintenance, and is asked again by itself. */
  readonly isWaiting: boolean;
}

const NONE = { value: null, problem: null, isWaiting: false };

/** As Studio's Retry-After says in maintenance, in ms. */
const AGAIN_MS = 3000;

/**
 * Asks when the component appears, when `reload` is called, when `load` is another function, and every `everyMs` while
 * somebody looks at the page. In maintenance it asks until that is over.
 */
export function useAnswer<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | null = null,
): Answer<T> & { readonly reload: () => void } {
  const [answer, setAnswer] = useState<Answer<T>>(NONE);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((now) => now + 1), []);

  // Another round asks the same again.
  useEffect(() => {
    const leaving = new AbortController();
    let again: number | undefined;
    load(leaving.signal).then(
      (value) => {
        if (!leaving.signal.aborted) setAnswer({ value, problem: null, isWaiting: false });
      },
      (error: unknown) => {
        if (leaving.signal.aborted) return;
        const problem = problemOf(error);
        const isWaiting = isMaintained(error);
        setAnswer(({ value }) => ({ value, problem, isWaiting }));
        if (isWaiting) again = window.setTimeout(reload, AGAIN_MS);
      },
    );
    return () => {
      leaving.abort();
      clearTimeout(again);
    };
  }, [load, round, reload]);

  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);

  return { ...answer, reload };
}

/** What happened, and what to do. When it was the login, the page is left. A mistake of this page's own is thrown on. */
export function problemOf(error: unknown): string {
  if (!(error instanceof StudioError)) throw error;
  if (error.status === 401) goToLogin();
  if (error.status === 404) return 'This Studio does not offer that. Update it, then load this page again.';
  if (isMaintained(error)) return 'Studio is in maintenance. This is loaded when it is over.';
  return error.detail;
}

function isMaintained(error: unknown): boolean {
  return error instanceof StudioError && error.status === 503;
}
