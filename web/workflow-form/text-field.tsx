import type { FieldProps } from './field-row.tsx';

/** A prompt. */
export function TextField({ field, onChange, attributes }: FieldProps) {
  const lines = Math.min(Math.max(Math.ceil(field.value.length / 44), field.value.split('\n').length, 2), 8);
  return (
    <textarea
      {...attributes}
      class="prompt"
      rows={lines}
      value={field.value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}
