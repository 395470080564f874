import { newSeed } from './change.ts';
import type { FieldProps } from './field-row.tsx';
import { NumberField } from './number-field.tsx';

/** A seed, and dice for another one. */
export function SeedField(props: FieldProps) {
  return (
    <div class="with-button">
      <NumberField {...props} />
      <button
        type="button"
        class="quiet dice"
        aria-label={`Roll a new ${props.field.label.toLowerCase()}`}
        title="A new seed"
        onClick={() => props.onChange(newSeed())}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <rect
            x="3"
            y="3"
            width="18"
            height="18"
            rx="4"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
          />
          {[8, 12, 16].map((at) => (
            <circle key={at} cx={at} cy={at} r="1.6" fill="currentColor" />
          ))}
        </svg>
      </button>
    </div>
  );
}
