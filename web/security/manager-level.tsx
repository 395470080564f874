import { useState } from 'preact/hooks';
import { Asked } from '../components/asked.tsx';
import { KeyDialog } from '../components/key-dialog.tsx';
import { problemOf, useAnswer } from '../use-answer.ts';
import { getLevels, type ManagerLevels, putLevel } from './calls.ts';
import { LevelChoice } from './level-choice.tsx';

/** What ComfyUI Manager may do: three levels, and what each refuses. */
export function ManagerLevelCard() {
  const answer = useAnswer(getLevels);
  return (
    <section class="card manager" aria-labelledby="manager-title">
      <h2 id="manager-title">ComfyUI Manager</h2>
      <p class="hint">
        Studio holds Manager to this level, whatever its own settings or a custom node say. Lowering it needs
        the key.
      </p>
      <Asked answer={answer}>
        {(levels) => <Chooser key={levels.level} levels={levels} onChanged={answer.reload} />}
      </Asked>
    </section>
  );
}

interface ChooserProps {
  readonly levels: ManagerLevels;
  readonly onChanged: () => void;
}

function Chooser({ levels: { level, levels }, onChanged }: ChooserProps) {
  const [chosen, choose] = useState(level);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState('');
  const placeOf = (name: string): number => levels.findIndex((one) => one.level === name);
  const isLowering = placeOf(chosen) > placeOf(level);

  async function set(key: string | null): Promise<void> {
    await putLevel(chosen, key);
    onChanged();
  }
  function apply(): void {
    setProblem('');
    if (isLowering) return setAsking(true);
    set(null).catch((error: unknown) => setProblem(problemOf(error)));
  }

  return (
    <form
      class="levels"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <fieldset>
        <legend class="unseen">Security level</legend>
        {levels.map((one) => (
          <LevelChoice
            key={one.level}
            level={one}
            isChosen={one.level === chosen}
            isCurrent={one.level === level}
            onChoose={() => choose(one.level)}
          />
        ))}
      </fieldset>
      <p class="error" role="alert">
        {problem}
      </p>
      <button type="submit" class={chosen === level ? 'quiet' : ''} disabled={chosen === level}>
        {chosen === level ? `Level is ${level}` : `${isLowering ? 'Lower' : 'Raise'} to ${chosen}`}
      </button>
      {isAsking && (
        <KeyDialog
          title={`Lower to ${chosen}?`}
          action="Lower it"
          onKey={set}
          onClose={() => setAsking(false)}
        >
          <p>More of ComfyUI Manager gets through from now on, for everybody who has a session.</p>
        </KeyDialog>
      )}
    </form>
  );
}
