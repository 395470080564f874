import { counted } from '../format.ts';
import type { Level } from './calls.ts';

const SUMMARIES: Readonly<Record<string, string>> = {
  strong: 'Nothing is installed or changed through Manager.',
  normal: 'Manager’s own list may be installed from; no arbitrary code.',
  weak: 'Manager may do all it can, arbitrary code included.',
};

interface LevelChoiceProps {
  readonly level: Level;
  readonly isChosen: boolean;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
}

/** One of the levels, with what it refuses folded away below. */
export function LevelChoice({ level: { level, refuses }, isChosen, isCurrent, onChoose }: LevelChoiceProps) {
  return (
    <div class={isChosen ? 'level is-chosen' : 'level'}>
      <label>
        <input type="radio" name="level" value={level} checked={isChosen} onChange={onChoose} />
        <span>
          <strong>{level}</strong>
          {isCurrent && <span class="badge is-running">now</span>}
          <span class="hint">{SUMMARIES[level]}</span>
        </span>
      </label>
      {refuses.length === 0 ? (
        <p class="hint refuses">Refuses nothing.</p>
      ) : (
        <details class="refuses">
          <summary>Refuses {counted(refuses.length, 'thing')}</summary>
          <ul>
            {refuses.map(({ does, unless }) => (
              <li key={does}>
                {does}
                {unless !== null && <span class="hint"> unless {unless}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
