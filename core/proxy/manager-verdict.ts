import type { z } from 'zod';

/** What a body rule says: the body to send on, which is the one that was judged, or why it is refused. */
export type BodyVerdict<T = unknown> =
  | { readonly allow: true; readonly body: T }
  /** `why` goes in a sentence: 'its channel is neither ...'. */
  | { readonly allow: false; readonly why: string; readonly does?: string };

/** The verdict of a schema whose messages are the reasons. */
export function judgedBy<T>(schema: z.ZodType<T>, body: unknown): BodyVerdict<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { allow: true, body: parsed.data };
  return { allow: false, why: parsed.error.issues[0]?.message ?? 'its body does not fit' };
}
