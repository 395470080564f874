import { isOpen, runInView } from '../store.ts';
import { useStudio } from '../use-studio.ts';
import { WorkflowForm } from '../workflow-form/workflow-form.tsx';
import { LiveRun } from './live-run.tsx';
import { RunList } from './run-list.tsx';
import { Shell } from './shell.tsx';

/** The home page. */
export function App() {
  const studio = useStudio();
  // When nothing runs, what was made last is better to look at than nothing.
  const run = runInView(studio) ?? studio.runs[0] ?? null;
  const isConnected = studio.link.state === 'live';

  const preview =
    studio.preview !== null && studio.preview.run === run?.prompt_id ? studio.preview.preview : null;
  return (
    <Shell here="/home" studio={studio} class="home">
      <LiveRun run={run} preview={preview} isConnected={isConnected} />
      <WorkflowForm isBusy={run !== null && isOpen(run.status)} onFirst={showLiveRun} />
      <RunList runs={studio.runs} isConnected={isConnected} />
    </Shell>
  );
}

/** On a phone it stands above the form, out of sight; where all of it is seen already nothing moves. */
function showLiveRun(): void {
  document.querySelector('.live-run')?.scrollIntoView({ block: 'nearest' });
}
