import type { Field, FieldKind } from './fields.ts';

export interface Change {
  readonly field: Field;
  /** As the field shows it; a number as `numberText` gives it. */
  readonly value: string;
}

/** The workflow's text with these values in place of the old ones, and not another character changed. */
export function withChanges(text: string, changes: readonly Change[]): string {
  const lastFirst = [...changes].sort((one, other) => other.field.start - one.field.start);
  return lastFirst.reduce(
    (changed, { field, value }) =>
      changed.slice(0, field.start) + jsonOf(field.kind, value) + changed.slice(field.end),
    text,
  );
}

/** With another seed wherever it has one. */
export function withNewSeeds(text: string, fields: readonly Field[]): string {
  const seeds = fields.filter(({ kind }) => kind === 'seed');
  return withChanges(
    text,
    seeds.map((field) => ({ field, value: newSeed() })),
  );
}

/** Below 2^32: there is no node that would not take it. */
export function newSeed(): string {
  return String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
}

/** What was typed, as a JSON number with all its digits; null when it is none of that kind. */
export function numberText(typed: string, kind: FieldKind): string | null {
  const text = typed.trim().replace(',', '.');
  const match = /^(-?)0*(\d+)(\.\d+)?$/.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction !== '' && kind !== 'number') return null;
  return sign + whole + fraction;
}

function jsonOf(kind: FieldKind, value: string): string {
  return kind === 'text' || kind === 'word' || kind === 'image' ? JSON.stringify(value) : value;
}
