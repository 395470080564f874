import { useState } from 'preact/hooks';
import { KeyDialog } from '../components/key-dialog.tsx';
import { rotateSessions } from './calls.ts';

/** Ends every session, in case a cookie has leaked or somebody should no longer be in. */
export function SessionsCard() {
  const [isAsking, setAsking] = useState(false);
  const [isDone, setDone] = useState(false);
  async function rotate(key: string): Promise<void> {
    setDone(false);
    await rotateSessions(key);
    setDone(true);
  }
  return (
    <section class="card" aria-labelledby="sessions-title">
      <h2 id="sessions-title">Sessions</h2>
      <p class="hint">
        Rotate them when a device is lost, or a cookie or the machine’s disk may have been seen by others. The
        key stays the same.
      </p>
      <button type="button" class="quiet" onClick={() => setAsking(true)}>
        Rotate sessions
      </button>
      <p class="success" role="status">
        {isDone && 'Every other session has ended. This browser has a new one.'}
      </p>
      {isAsking && (
        <KeyDialog
          title="Rotate sessions?"
          action="End all sessions"
          onKey={rotate}
          onClose={() => setAsking(false)}
        >
          <p>Everybody is logged out at once, on every device but this one. Runs go on.</p>
        </KeyDialog>
      )}
    </section>
  );
}
