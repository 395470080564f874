import type { ComponentChildren } from 'preact';
import { Asked } from '../components/asked.tsx';
import { useAnswer } from '../use-answer.ts';
import { getStatus } from './calls.ts';
import { type Share, type SystemStatus, shareInWords, uptime } from './system-status.ts';

const EVERY_MS = 5000;

const COMFYUI_WORDS: Readonly<Record<SystemStatus['comfyui'], string>> = {
  answers: 'Answers',
  slow: 'Does not answer just now; what follows is of before',
  away: 'Does not answer',
  unknown: 'Not known',
};

/** What there is to know of the machine, every 5 seconds. */
export function StatusCard() {
  const answer = useAnswer(getStatus, EVERY_MS);
  return (
    <section class="card status" aria-labelledby="status-title">
      <h2 id="status-title">Status</h2>
      <Asked answer={answer}>{(status) => <Facts status={status} />}</Asked>
    </section>
  );
}

function Facts({
  status: { comfyui, uptimeSeconds, viewers, versions, shares },
}: {
  readonly status: SystemStatus;
}) {
  return (
    <>
      <dl class="facts">
        <Fact name="ComfyUI">
          <span class={`comfyui-state is-${comfyui}`}>{COMFYUI_WORDS[comfyui]}</span>
        </Fact>
        {uptimeSeconds !== null && <Fact name="Studio runs for">{uptime(uptimeSeconds)}</Fact>}
        {viewers !== null && <Fact name="Open connections">{viewers}</Fact>}
        {versions.map(
          ({ name, value }) =>
            value !== null && (
              <Fact key={name} name={`${name} version`}>
                {value}
              </Fact>
            ),
        )}
      </dl>
      <ul class="shares">
        {shares.map((share) => (
          <ShareBar key={share.name} share={share} />
        ))}
      </ul>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ShareBar({ share }: { readonly share: Share }) {
  const isFull = share.used / share.total > 0.9;
  return (
    <li class={isFull ? 'is-full' : ''}>
      <span>{share.name}</span>
      <span class="hint">{shareInWords(share)}</span>
      <progress
        max={share.total}
        value={share.used}
        aria-label={`${share.name}: ${shareInWords(share)} used`}
      />
    </li>
  );
}
