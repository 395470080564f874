import { runInView } from '../store.ts';
import { useStudio } from '../use-studio.ts';
import { WorkflowForm } from '../workflow-form/workflow-form.tsx';
import { LiveRun } from './live-run.tsx';
import { RunList } from './run-list.tsx';
import { Shell } from './shell.tsx';

/** The home page. */
export function App() {
  const studio = useStudio();
  const run = runInView(studio);
  const isConnected = studio.link.state === 'live';

  const preview =
    studio.preview !== null && studio.preview.run === run?.prompt_id ? studio.preview.preview : null;
  return (
    <Shell here="/home" studio={studio} class="home">
      <LiveRun run={run} preview={preview} isConnected={isConnected} />
      <WorkflowForm />
      <RunList runs={studio.runs} isConnected={isConnected} />
    </Shell>
  );
}
