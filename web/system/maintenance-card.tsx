import { useState } from 'preact/hooks';
import { KeyDialog } from '../components/key-dialog.tsx';
import { putMaintenance } from './calls.ts';

/** Begins and ends maintenance by hand. `isActive` is what the stream tells. */
export function MaintenanceCard({ isActive }: { readonly isActive: boolean }) {
  const [isAsking, setAsking] = useState(false);
  const [message, setMessage] = useState('');
  return (
    <section class="card maintenance" aria-labelledby="maintenance-title">
      <div class="card-head">
        <h2 id="maintenance-title">Maintenance</h2>
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={isActive}
          aria-labelledby="maintenance-title"
          onClick={() => setAsking(true)}
        >
          {isActive ? 'On' : 'Off'}
        </button>
      </div>
      <p class="hint">
        {isActive
          ? 'An update ends it by itself. If you have begun it, keep this page open: it is where you end it, for Studio shows nobody another one. A restart of Studio ends it, too.'
          : 'While it is on, everybody is shown a page that says so and looks again by itself. Runs go on, and pages that are open stay connected.'}
      </p>
      {isAsking && (
        <KeyDialog
          title={isActive ? 'End maintenance?' : 'Begin maintenance?'}
          action={isActive ? 'End maintenance' : 'Begin maintenance'}
          onKey={(key) => putMaintenance(!isActive, message.trim(), key)}
          onClose={() => setAsking(false)}
        >
          {isActive ? (
            <p>Studio answers everybody again.</p>
          ) : (
            <>
              <label for="maintenance-message">A word for those who wait (optional, shown to anybody)</label>
              <input
                id="maintenance-message"
                maxLength={500}
                autocomplete="off"
                value={message}
                onInput={(event) => setMessage(event.currentTarget.value)}
              />
            </>
          )}
        </KeyDialog>
      )}
    </section>
  );
}
