import { useState } from 'preact/hooks';
import { failureOf, studio } from '../studio.ts';

interface CancelButtonProps {
  readonly promptId: string;
  readonly isSmall?: boolean;
}

/** Cancels a run that is open. It stays busy when that worked: the stream tells when the run has ended. */
export function CancelButton({ promptId, isSmall = false }: CancelButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  async function cancel(): Promise<void> {
    setBusy(true);
    setFailure('');
    try {
      await studio.cancel(promptId);
    } catch (error) {
      const { status, detail } = failureOf(error);
      // 409: it ended meanwhile, which is no news to complain about.
      if (status === 401 || status === 409) return;
      setBusy(false);
      setFailure(detail);
    }
  }

  return (
    <>
      <button type="button" class={isSmall ? 'quiet small' : 'quiet'} disabled={isBusy} onClick={cancel}>
        {isBusy ? 'Cancelling…' : 'Cancel'}
      </button>
      {failure !== '' && (
        <p class="error" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}
