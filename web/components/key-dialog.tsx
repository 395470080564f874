import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { StudioError } from '../../client/error.ts';
import { isWrongKey } from '../confirmed.ts';
import { problemOf } from '../use-answer.ts';

interface KeyDialogProps {
  readonly title: string;
  /** The word on the button. */
  readonly action: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  /** Does it. Whatever it throws is shown, and the dialog stays. */
  readonly onKey: (key: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for the key itself. It stays in its field until the button is pressed, and nowhere after that. */
export function KeyDialog({ title, action, children, onKey, onClose }: KeyDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => dialog.current?.showModal(), []);

  async function submit(): Promise<void> {
    const key = takeKey(field.current);
    if (key === '' || isBusy) return;
    setBusy(true);
    setProblem('');
    try {
      await onKey(key);
      dialog.current?.close();
    } catch (error) {
      setBusy(false);
      setProblem(inWords(error));
      field.current?.focus();
    }
  }

  return (
    <dialog ref={dialog} class="key-dialog" aria-labelledby="key-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id="key-title">{title}</h2>
        <div class="key-words">{children}</div>
        <label for="confirm-key">API key</label>
        <input
          ref={field}
          id="confirm-key"
          type="password"
          autocomplete="current-password"
          required
          spellcheck={false}
          aria-describedby="key-problem"
          aria-invalid={problem !== ''}
        />
        <p id="key-problem" class="error" role="alert">
          {problem}
        </p>
        <div class="actions">
          <button type="submit" disabled={isBusy}>
            {isBusy ? 'One moment…' : action}
          </button>
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Keep things as they are
          </button>
        </div>
      </form>
    </dialog>
  );
}

function takeKey(field: HTMLInputElement | null): string {
  const key = field?.value ?? '';
  if (field !== null) field.value = '';
  return key;
}

function inWords(error: unknown): string {
  if (!(error instanceof StudioError)) throw error;
  return isWrongKey(error)
    ? 'That is not the key. Check for a missing character or an extra space.'
    : problemOf(error);
}
