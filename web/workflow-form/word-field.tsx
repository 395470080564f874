import { useEffect, useState } from 'preact/hooks';
import { choicesFor } from './choices.ts';
import type { FieldProps } from './field-row.tsx';

/** A word out of those that ComfyUI offers, or any while it does not say which. */
export function WordField({ field, onChange, attributes }: FieldProps) {
  const { type, input, value } = field;
  const [choices, setChoices] = useState<readonly string[]>([]);
  useEffect(() => {
    let isWanted = true;
    void choicesFor(type, input).then((offered) => isWanted && setChoices(offered));
    return () => {
      isWanted = false;
    };
  }, [type, input]);

  if (choices.length === 0)
    return (
      <input
        {...attributes}
        type="text"
        autocomplete="off"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <select {...attributes} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {!choices.includes(value) && <option value={value}>{value} (not in ComfyUI)</option>}
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
}
