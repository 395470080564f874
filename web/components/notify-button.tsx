import { useState } from 'preact/hooks';
import { notifyState, switchNotify } from '../notify.ts';

/** Lets the browser tell when a run ends, if it can and the user wants it. */
export function NotifyButton() {
  const [state, setState] = useState(notifyState);
  if (state === 'unavailable') return null;
  if (state === 'blocked') return <p class="hint">Notifications are blocked in this browser’s settings.</p>;
  if (state === 'impossible')
    return <p class="hint">This browser lets no page notify. The tab’s title tells when a run has ended.</p>;
  const isOn = state === 'on';
  return (
    <button
      type="button"
      class="quiet small"
      aria-pressed={isOn}
      onClick={async () => setState(await switchNotify(!isOn))}
    >
      {isOn ? 'Notifies when a run ends' : 'Notify when a run ends'}
    </button>
  );
}
