import type { ComponentChildren } from 'preact';
import type { Field } from './fields.ts';
import { ImageField } from './image-field.tsx';
import { NumberField } from './number-field.tsx';
import { SeedField } from './seed-field.tsx';
import { TextField } from './text-field.tsx';
import { WordField } from './word-field.tsx';

/** What every field gets. */
export interface FieldProps {
  readonly field: Field;
  readonly onChange: (value: string) => void;
  /** For the control: its id, and what describes it. */
  readonly attributes: FieldAttributes;
}

export interface FieldAttributes {
  readonly id: string;
  readonly 'aria-invalid'?: 'true';
  readonly 'aria-describedby'?: string;
}

interface FieldRowProps {
  readonly field: Field;
  /** What ComfyUI holds against its value. */
  readonly problems: readonly string[];
  readonly onChange: (field: Field, value: string) => void;
}

/** One input of the workflow: its label, its control, and what is wrong with it. */
export function FieldRow({ field, problems, onChange }: FieldRowProps) {
  const id = `field-${field.key}`;
  const isWrong = problems.length > 0;
  const props: FieldProps = {
    field,
    onChange: (value) => onChange(field, value),
    attributes: { id, ...(isWrong && { 'aria-invalid': 'true', 'aria-describedby': `${id}-problems` }) },
  };
  return (
    <div class={`field is-${field.kind} ${isLong(field) ? 'is-long' : ''}`}>
      <label for={id}>{field.label}</label>
      {control(props)}
      {isWrong && (
        <p class="error" id={`${id}-problems`}>
          {problems.join(' ')}
        </p>
      )}
    </div>
  );
}

/** The name of a model, say, which half a line would cut off. */
function isLong({ kind, value }: Field): boolean {
  return kind === 'word' && value.length > 14;
}

function control(props: FieldProps): ComponentChildren {
  switch (props.field.kind) {
    case 'text':
      return <TextField {...props} />;
    case 'image':
      return <ImageField {...props} />;
    case 'seed':
      return <SeedField {...props} />;
    case 'word':
      return <WordField {...props} />;
    default:
      return <NumberField {...props} />;
  }
}
