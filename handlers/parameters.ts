import { z } from 'zod';

/** A whole number in a query. */
export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const advice = `write a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, advice)
    .transform(Number)
    .refine((number) => number >= least && number <= most, advice);
}

/** A list in a query, separated by commas, of some of the words. */
export function listOf<T extends string>(words: readonly T[]): z.ZodType<readonly T[], string> {
  return z
    .string()
    .transform((list) => list.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(words, `write one or more of ${words.join(', ')}, separated by commas`)));
}

/** A time in a query, as the API's answers tell them; in Unix milliseconds. */
export const time: z.ZodType<number, string> = z.iso
  .datetime({ offset: true, error: 'write a time like 2026-01-31T12:00:00Z' })
  .transform((text) => Date.parse(text));

/** How long a call may wait for a run to end, in seconds: proxies in front tend to give up after 100. */
export const LONGEST_WAIT = 90;
