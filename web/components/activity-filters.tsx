import { ABOUT_WORDS, type ActivityFilter, LEAST_WORDS } from '../activity.ts';

interface ActivityFiltersProps {
  readonly filter: ActivityFilter;
  readonly onChange: (filter: ActivityFilter) => void;
}

/** Which events the list shows. */
export function ActivityFilters({ filter, onChange }: ActivityFiltersProps) {
  return (
    <>
      <Choice
        label="About"
        words={ABOUT_WORDS}
        value={filter.about}
        onChange={(about) => onChange({ ...filter, about })}
      />
      <Choice
        label="Severity"
        words={LEAST_WORDS}
        value={filter.severity}
        onChange={(severity) => onChange({ ...filter, severity })}
      />
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly words: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, words, value, onChange }: ChoiceProps<T>) {
  const isOne = (text: string): text is T => text in words;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => {
        if (isOne(currentTarget.value)) onChange(currentTarget.value);
      }}
    >
      {Object.entries(words).map(([name, text]) => (
        <option key={name} value={name}>
          {String(text)}
        </option>
      ))}
    </select>
  );
}
