import type { StudioError } from '../client/error.ts';
import { ask } from './studio.ts';

/**
 * A call that the key itself must come with. It goes into the body: as a header it would make the caller one who came by key, to
 * whom Studio gives no new session.
 */
export function confirmed(
  method: 'POST' | 'PUT',
  path: string,
  key: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  return ask(path, { method, body: JSON.stringify({ ...body, api_key: key }) });
}

/** The key was wrong, and the session is as good as before. */
export function isWrongKey({ status, detail }: StudioError): boolean {
  return status === 401 && detail === 'Invalid API key';
}
