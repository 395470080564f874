import type { z } from 'zod';
import { HttpError } from './http-error.ts';

/**
 * The query's parameters as the schema wants them; of one that came several times, the first counts. What the schema does not
 * name is left alone. Throws HttpError 400 that names the parameter.
 */
export function readQuery<T>(query: URLSearchParams, schema: z.ZodType<T>): T {
  const values = Object.fromEntries([...query].reverse());
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HttpError(
    400,
    `${issue?.path.map(String).join('.') ?? 'query'}: ${issue?.message ?? 'does not fit'}`,
  );
}
