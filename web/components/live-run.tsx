import { useState } from 'preact/hooks';
import type { Preview as PreviewImage } from '../../client/message.ts';
import type { RunProgress } from '../../client/wire.ts';
import { outputsOf } from '../outputs.ts';
import { isOpen } from '../store.ts';
import { HowTo } from './how-to.tsx';
import { OutputStrip } from './output-strip.tsx';
import { Preview } from './preview.tsx';
import { RunFacts } from './run-facts.tsx';

interface LiveRunProps {
  readonly run: RunProgress | null;
  readonly preview: PreviewImage | null;
  readonly isConnected: boolean;
}

/** The run in view, large. */
export function LiveRun({ run, preview, isConnected }: LiveRunProps) {
  const [choice, setChoice] = useState({ run: '', index: 0 });
  const items = run === null || isOpen(run.status) ? [] : outputsOf(run);
  const chosen = choice.run === run?.prompt_id ? choice.index : 0;
  return (
    <section class={run === null ? 'card live-run is-empty' : 'card live-run'} aria-labelledby="live-title">
      <div>
        <Preview preview={preview} result={items[chosen] ?? null} hint={hintFor(run)} />
        <OutputStrip
          items={items}
          chosen={chosen}
          onChoose={(index) => setChoice({ run: run?.prompt_id ?? '', index })}
        />
      </div>
      {run === null ? <HowTo isConnected={isConnected} /> : <RunFacts run={run} />}
    </section>
  );
}

function hintFor(run: RunProgress | null): string {
  if (run === null) return 'Previews appear here';
  return isOpen(run.status) ? 'No preview yet' : 'This run showed no preview';
}
