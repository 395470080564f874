import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { numberText } from './change.ts';
import type { FieldProps } from './field-row.tsx';

/**
 * A number in its own digits, which an input of type number would round. What is no number stays in the field, and keeps the
 * form from being sent.
 */
export function NumberField({ field, onChange, attributes }: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // Holds only as long as the value under it: another workflow, or the dice, puts it aside.
  const [draft, setDraft] = useState<{ readonly typed: string; readonly over: string } | null>(null);
  const typed = draft?.over === field.value ? draft.typed : field.value;
  const isNumber = numberText(typed, field.kind) !== null;
  const complaint = field.kind === 'number' ? 'Write a number.' : 'Write a whole number.';

  useLayoutEffect(() => input.current?.setCustomValidity(isNumber ? '' : complaint), [isNumber, complaint]);

  function take(next: string): void {
    const value = numberText(next, field.kind);
    setDraft({ typed: next, over: value ?? field.value });
    if (value !== null && value !== field.value) onChange(value);
  }

  return (
    <input
      {...attributes}
      ref={input}
      type="text"
      inputMode={field.kind === 'number' ? 'decimal' : 'numeric'}
      autocomplete="off"
      value={typed}
      {...(!isNumber && { 'aria-invalid': 'true' })}
      onInput={(event) => take(event.currentTarget.value)}
    />
  );
}
