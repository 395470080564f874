import type { RunProgress } from '../../core/runs/run.ts';
import { isOpen } from '../store.ts';
import { HowTo } from './how-to.tsx';
import { Preview } from './preview.tsx';
import { RunFacts } from './run-facts.tsx';

interface LiveRunProps {
  readonly run: RunProgress | null;
  readonly preview: Blob | null;
  readonly isConnected: boolean;
}

/** The run in view, large. */
export function LiveRun({ run, preview, isConnected }: LiveRunProps) {
  return (
    <section class="card live-run" aria-labelledby="live-title">
      <Preview image={preview} hint={hintFor(run)} />
      {run === null ? <HowTo isConnected={isConnected} /> : <RunFacts run={run} />}
    </section>
  );
}

function hintFor(run: RunProgress | null): string {
  if (run === null) return 'Previews appear here';
  return isOpen(run.status) ? 'No preview yet' : 'This run showed no preview';
}
