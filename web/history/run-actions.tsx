import { useState } from 'preact/hooks';
import type { HistoryEntry } from '../../client/history-calls.ts';
import { isOpen } from '../store.ts';
import { failureOf, studio } from '../studio.ts';
import type { Reading } from '../workflow.ts';
import { withNewSeeds } from '../workflow-form/change.ts';
import { rememberWorkflow } from '../workflow-form/remembered.ts';
import { DeleteButton } from './delete-button.tsx';

interface RunActionsProps {
  readonly entry: HistoryEntry;
  readonly reading: Reading;
  readonly onStarted: (id: string) => void;
  readonly onDeleted: () => void;
}

/** What can be done with a run: once more, with another seed, into the form, away. */
export function RunActions({ entry, reading, onStarted, onDeleted }: RunActionsProps) {
  const { run, prompt } = entry;
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  async function start(how: () => Promise<{ readonly prompt_id: string }>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFailure('');
    try {
      onStarted((await how()).prompt_id);
    } catch (error) {
      setFailure(failureOf(error).detail);
    } finally {
      setBusy(false);
    }
  }

  const fields = reading.ok ? reading.fields : [];
  const anew = () =>
    studio.start(`{"prompt":${withNewSeeds(prompt, fields)},"title":${JSON.stringify(run.title)}}`);
  return (
    <>
      <div class="actions">
        {reading.ok && (
          <>
            <button type="button" disabled={isBusy} onClick={() => start(() => studio.retry(run.prompt_id))}>
              Run again
            </button>
            {fields.some(({ kind }) => kind === 'seed') && (
              <button type="button" class="quiet" disabled={isBusy} onClick={() => start(anew)}>
                With a new seed
              </button>
            )}
            <a class="button quiet" href="/home" onClick={() => rememberWorkflow(prompt)}>
              Change it first
            </a>
          </>
        )}
        {!isOpen(run.status) && <DeleteButton run={run} onDeleted={onDeleted} />}
      </div>
      <p class="error" role="status">
        {failure}
      </p>
    </>
  );
}
