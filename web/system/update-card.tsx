import { useEffect, useRef, useState } from 'preact/hooks';
import { Asked } from '../components/asked.tsx';
import { KeyDialog } from '../components/key-dialog.tsx';
import { fullTime } from '../format.ts';
import type { State } from '../store.ts';
import { useAnswer } from '../use-answer.ts';
import { getUpdate, startUpdate } from './calls.ts';
import { type LastUpdate, liveLines, outcomeInWords } from './update-state.ts';

/** Runs the update command, and shows what it prints as it does. */
export function UpdateCard({
  studio,
}: {
  readonly studio: Pick<State, 'updateOutput' | 'isMaintained' | 'link'>;
}) {
  const answer = useAnswer(getUpdate);
  const [isAsking, setAsking] = useState(false);
  const lines = liveLines(studio.updateOutput);
  const isReachable = !studio.isMaintained && studio.link.state === 'live';
  // While an update runs Studio answers nobody; it does when maintenance is over, or the new one has started.
  const wasReachable = useRef(true);
  useEffect(() => {
    if (isReachable && !wasReachable.current) answer.reload();
    wasReachable.current = isReachable;
  }, [isReachable, answer.reload]);

  return (
    <section class="card update" aria-labelledby="update-title">
      <h2 id="update-title">Update</h2>
      {studio.isMaintained && <p class="hint">Studio is in maintenance until the update has ended.</p>}
      {lines !== null && <Output lines={lines} />}
      {!studio.isMaintained && (
        <Asked answer={answer}>
          {(last) => <Last last={last} hasOutput={lines !== null} onStart={() => setAsking(true)} />}
        </Asked>
      )}
      {isAsking && (
        <KeyDialog title="Update now?" action="Update" onKey={startUpdate} onClose={() => setAsking(false)}>
          <p>
            Studio goes into maintenance while the update command runs, and nobody can load a page until it
            has ended. Pages that are open stay connected.
          </p>
        </KeyDialog>
      )}
    </section>
  );
}

interface LastProps {
  readonly last: LastUpdate;
  /** Whether what it printed is shown already. */
  readonly hasOutput: boolean;
  readonly onStart: () => void;
}

function Last({ last: { isConfigured, update }, hasOutput, onStart }: LastProps) {
  return (
    <>
      {update !== null && (
        <p>
          {outcomeInWords(update)}.{' '}
          <span class="hint">
            Started <time dateTime={update.startedAt}>{fullTime(update.startedAt)}</time>
          </span>
        </p>
      )}
      {update !== null && !hasOutput && update.output.length > 0 && (
        <details>
          <summary>What it printed last</summary>
          <Output lines={update.output} />
        </details>
      )}
      {isConfigured ? (
        <button type="button" onClick={onStart}>
          Update now
        </button>
      ) : (
        <p class="empty">
          There is no update command. Set <code>STUDIO_UPDATE_COMMAND</code> where Studio is started, and it
          can be run from here.
        </p>
      )}
    </>
  );
}

/** Follows its own end, until somebody scrolls up in it. */
function Output({ lines }: { readonly lines: readonly string[] }) {
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <pre
      ref={box}
      class="output"
      role="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label="Output of the update"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 20;
      }}
    >
      {lines.join('\n')}
    </pre>
  );
}
