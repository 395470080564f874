import { runInView } from '../store.ts';
import { useStudio } from '../use-studio.ts';
import { LiveRun } from './live-run.tsx';
import { RunList } from './run-list.tsx';
import { Shell } from './shell.tsx';
import { StartRun } from './start-run.tsx';

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
      <StartRun />
      <RunList runs={studio.runs} isConnected={isConnected} />
    </Shell>
  );
}
