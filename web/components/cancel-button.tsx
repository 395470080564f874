import { useState } from 'preact/hooks';
import { cancelRun, failureOf, goToLogin } from '../api.ts';

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
    const answer = await cancelRun(promptId);
    if (answer.status === 401) return goToLogin();
    // 409: it ended meanwhile, which is no news to complain about.
    if (answer.status === 200 || answer.status === 409) return;
    setBusy(false);
    setFailure(failureOf(answer));
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
