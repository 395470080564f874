/** What the text of a variable can stand for. Each schema's messages say what to write instead. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { type AddressRange, parseRange } from '../auth/client-address.ts';
import { splitCommand } from '../update/split-command.ts';

/** 1 or 0. */
export function flag(): z.ZodType<boolean, string> {
  return z
    .string()
    .regex(/^(0|1|true|false)$/, 'write 1 or 0')
    .transform((text) => text === '1' || text === 'true');
}

/** Of a file or folder: absolute, or null where there is none. */
export function path(): z.ZodType<string | null, string> {
  return z.string().transform((text) => (text === '' ? null : resolve(text)));
}

/** Null where there is none; 0 is a port of the system's choice. */
export function portOrNone(): z.ZodType<number | null, string> {
  const advice = 'write a port from 0 to 65535, or nothing';
  return z
    .string()
    .regex(/^[0-9]{0,5}$/, advice)
    .transform((text) => (text === '' ? null : Number(text)))
    .refine((port) => port === null || port <= 65_535, advice);
}

/** From `least` to `most`, both included. */
export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const advice = `write a number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, advice)
    .transform(Number)
    .refine((number) => number >= least && number <= most, advice);
}

/** Of http or https, without a trailing slash. */
export function httpAddress(): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      isPlainHttpUrl,
      'write an address such as http://127.0.0.1:8188, without a user, a query or a fragment',
    )
    .transform((text) => {
      // As it was understood: a tab or a lone `?` in it would otherwise go into every address made from this.
      const { origin, pathname } = new URL(text);
      return (origin + pathname).replace(/\/+$/, '');
    });
}

/** Addresses and CIDR blocks, separated by commas. */
export function addressRanges(): z.ZodType<readonly AddressRange[], string> {
  return z.string().transform((list, context) => {
    const parts = list
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return parts.flatMap((part) => {
      const range = parseRange(part);
      if (range === null)
        context.addIssue(`write addresses such as 10.0.0.7 or 10.0.0.0/8; ${JSON.stringify(part)} is none`);
      return range === null ? [] : [range];
    });
  });
}

/** The words of a command, as splitCommand parts them; null where there is none. */
export function commandWords(): z.ZodType<readonly string[] | null, string> {
  return z.string().transform((text, context) => {
    try {
      return text === '' ? null : splitCommand(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return null;
    }
  });
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  );
}
