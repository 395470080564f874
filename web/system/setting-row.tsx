import { useEffect } from 'preact/hooks';
import { type Setting, shownValue } from './setting.ts';

const SHOWN_MS = 30_000;

interface SettingRowProps {
  readonly setting: Setting;
  /** The whole text of a sensitive one, while it is shown. */
  readonly revealed: string | null;
  readonly onReveal: () => void;
  readonly onHide: () => void;
}

export function SettingRow({ setting, revealed, onReveal, onHide }: SettingRowProps) {
  const { name, help, isSet, isSensitive, value } = setting;
  // The time counts from when it was shown.
  useEffect(() => {
    if (revealed === null) return;
    const timer = setTimeout(onHide, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [revealed]);
  return (
    <div class="setting">
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        <p class="setting-value">
          <code class={isSet ? '' : 'is-default'}>{revealed ?? shownValue(setting)}</code>
          {!isSet && !isSensitive && (value ?? '') !== '' && <span class="badge">default</span>}
          {isSensitive && isSet && (
            <button type="button" class="quiet small" onClick={revealed === null ? onReveal : onHide}>
              {revealed === null ? 'Show' : 'Hide'}
              <span class="unseen"> {name}</span>
            </button>
          )}
        </p>
        <p class="hint">{help}</p>
      </dd>
    </div>
  );
}
