import { useState } from 'preact/hooks';
import { Asked } from '../components/asked.tsx';
import { KeyDialog } from '../components/key-dialog.tsx';
import { useAnswer } from '../use-answer.ts';
import { getSettings, revealSetting } from './calls.ts';
import { groupTitle, type Setting } from './setting.ts';
import { SettingRow } from './setting-row.tsx';

/** The environment variables that Studio was started with. */
export function SettingsCard() {
  const answer = useAnswer(getSettings);
  const [asked, setAsked] = useState<Setting | null>(null);
  const [revealed, setRevealed] = useState<Readonly<Record<string, string>>>({});

  async function reveal(name: string, key: string): Promise<void> {
    const value = await revealSetting(name, key);
    setRevealed((known) => ({ ...known, [name]: value ?? 'not set' }));
  }
  function hide(name: string): void {
    setRevealed(({ [name]: _, ...rest }) => rest);
  }

  return (
    <section class="card settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <p class="hint">
        They come from the environment: change them where Studio is started, then restart it.
      </p>
      <Asked answer={answer}>
        {(groups) =>
          groups.map(({ name, settings }) => (
            <section key={name} aria-label={groupTitle(name)}>
              <h3>{groupTitle(name)}</h3>
              <dl>
                {settings.map((setting) => (
                  <SettingRow
                    key={setting.name}
                    setting={setting}
                    revealed={revealed[setting.name] ?? null}
                    onReveal={() => setAsked(setting)}
                    onHide={() => hide(setting.name)}
                  />
                ))}
              </dl>
            </section>
          ))
        }
      </Asked>
      {asked !== null && (
        <KeyDialog
          title={`Show ${asked.name}?`}
          action="Show it"
          onKey={(key) => reveal(asked.name, key)}
          onClose={() => setAsked(null)}
        >
          <p>Make sure that nobody looks over your shoulder. It is hidden again after 30 seconds.</p>
        </KeyDialog>
      )}
    </section>
  );
}
