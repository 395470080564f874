import { parse as parseLossless } from 'lossless-json';

const LONG_DIGITS = /\d{16}/;

/** Whether JSON.parse might round: not without 16 digits in a row. */
export function mayRound(text: string): boolean {
  return LONG_DIGITS.test(text);
}

/**
 * Reads JSON without rounding: an integer that a number cannot hold comes as a bigint, for ComfyUI's seeds go up to 2^64.
 * lossless-json's `stringify` writes them back. Throws SyntaxError. Depth is the caller's to limit.
 */
export function parseExactJson(text: string): unknown {
  return mayRound(text) ? parseLossless(text, null, exactNumber) : JSON.parse(text);
}

function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
