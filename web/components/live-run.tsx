import type { Preview as PreviewImage } from '../../client/message.ts';
import type { RunProgress } from '../../client/wire.ts';
import { isOpen } from '../store.ts';
import { HowTo } from './how-to.tsx';
import { Preview } from './preview.tsx';
import { RunFacts } from './run-facts.tsx';

interface LiveRunProps {
  readonly run: RunProgress | null;
  readonly preview: PreviewImage | null;
  readonly isConnected: boolean;
}

/** The run in view, large. */
export function LiveRun({ run, preview, isConnected }: LiveRunProps) {
  return (
    <section class="card live-run" aria-labelledby="live-title">
      <Preview preview={preview} hint={hintFor(run)} />
      {run === null ? <HowTo isConnected={isConnected} /> : <RunFacts run={run} />}
    </section>
  );
}

function hintFor(run: RunProgress | null): string {
  if (run === null) return 'Previews appear here';
  return isOpen(run.status) ? 'No preview yet' : 'This run showed no preview';
}
