import { useRef, useState } from 'preact/hooks';
import type { RunProgress } from '../../client/wire.ts';
import { failureOf, studio } from '../studio.ts';

interface DeleteButtonProps {
  readonly run: RunProgress;
  readonly onDeleted: () => void;
}

/** Forgets a run, once it is confirmed. The dialog is the browser's own: Escape closes it, and the focus stays inside. */
export function DeleteButton({ run, onDeleted }: DeleteButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  async function remove(): Promise<void> {
    setBusy(true);
    setFailure('');
    try {
      await studio.deleteHistory([run.prompt_id]);
      dialog.current?.close();
      onDeleted();
    } catch (error) {
      setFailure(failureOf(error).detail);
      setBusy(false);
    }
  }

  return (
    <>
      <button type="button" class="quiet danger" onClick={() => dialog.current?.showModal()}>
        Delete…
      </button>
      <dialog ref={dialog} aria-labelledby="delete-title">
        <h2 id="delete-title">Delete this run?</h2>
        <p>
          Studio and ComfyUI forget it, with its inputs and its seed. The files that it made stay in ComfyUI’s
          folder.
        </p>
        <p class="error" role="alert">
          {failure}
        </p>
        <div class="actions">
          <button type="button" class="danger" disabled={isBusy} onClick={remove}>
            {isBusy ? 'Deleting…' : 'Delete'}
          </button>
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
        </div>
      </dialog>
    </>
  );
}
