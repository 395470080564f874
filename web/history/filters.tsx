import type { Filters, StatusFilter, TimeFilter } from './address.ts';

const STATUSES: readonly (readonly [StatusFilter, string])[] = [
  ['all', 'All'],
  ['completed', 'Completed'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
];

const TIMES: readonly (readonly [TimeFilter, string])[] = [
  ['ever', 'Any time'],
  ['day', 'Last 24 hours'],
  ['week', 'Last 7 days'],
  ['month', 'Last 30 days'],
];

interface FilterBarProps {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

/** Which runs are shown. */
export function FilterBar({ filters, onChange }: FilterBarProps) {
  const { status, since } = filters;
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend class="unseen">Status</legend>
        {STATUSES.map(([value, words]) => (
          <label key={value}>
            <input
              type="radio"
              name="status"
              value={value}
              checked={status === value}
              onChange={() => onChange({ status: value, since })}
            />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      <label>
        <span class="unseen">Time</span>
        <select
          value={since}
          onChange={(event) => {
            const chosen = TIMES.find(([value]) => value === event.currentTarget.value);
            if (chosen !== undefined) onChange({ status, since: chosen[0] });
          }}
        >
          {TIMES.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
