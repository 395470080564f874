import { fieldsOf, listOf, textOf } from '../../client/json.ts';
import { confirmed } from '../confirmed.ts';
import { ask, whileSessionsChange } from '../studio.ts';
import { type Posture, postureOf } from './posture-check.ts';

/** GET /api/admin/system/security. */
export async function getPosture(signal: AbortSignal): Promise<Posture> {
  return postureOf(await ask('/api/admin/system/security', { signal }));
}

export interface Level {
  readonly level: string;
  readonly refuses: readonly { readonly does: string; readonly unless: string | null }[];
}

export interface ManagerLevels {
  readonly level: string;
  /** The strictest first. */
  readonly levels: readonly Level[];
}

const LEVEL = '/api/admin/manager/security-level';

export async function getLevels(signal: AbortSignal): Promise<ManagerLevels> {
  const fields = fieldsOf(await ask(LEVEL, { signal }));
  return { level: textOf(fields?.level) ?? '', levels: listOf(fields?.levels).flatMap(levelOf) };
}

function levelOf(value: unknown): Level[] {
  const fields = fieldsOf(value);
  const level = textOf(fields?.level);
  if (level === null) return [];
  const refuses = listOf(fields?.refuses).flatMap((line) => {
    const does = textOf(fieldsOf(line)?.does);
    return does === null ? [] : [{ does, unless: textOf(fieldsOf(line)?.unless) }];
  });
  return [{ level, refuses }];
}

/** Resolves to what Studio says of it. A key is needed to lower it only. */
export async function putLevel(level: string, key: string | null): Promise<string> {
  const answer =
    key === null
      ? await ask(LEVEL, { method: 'PUT', body: JSON.stringify({ level }) })
      : await confirmed('PUT', LEVEL, key, { level });
  return textOf(fieldsOf(answer)?.note) ?? '';
}

/** Ends every session; this browser gets a new one. */
export async function rotateSessions(key: string): Promise<void> {
  await whileSessionsChange(confirmed('POST', '/api/admin/sessions/rotate', key));
}
