import { useEffect } from 'preact/hooks';
import { pageTitle } from '../page-title.ts';
import { runInView } from '../store.ts';
import { useStudio } from '../use-studio.ts';
import { WorkflowForm } from '../workflow-form/workflow-form.tsx';
import { ComfyuiBanner } from './comfyui-banner.tsx';
import { EventList } from './event-list.tsx';
import { Header } from './header.tsx';
import { LiveRun } from './live-run.tsx';
import { RunList } from './run-list.tsx';

/** The home page. */
export function App() {
  const studio = useStudio();
  const run = runInView(studio);
  const isConnected = studio.link.state === 'live';
  const title = pageTitle(run);
  useEffect(() => {
    document.title = title;
  }, [title]);

  const preview =
    studio.preview !== null && studio.preview.run === run?.prompt_id ? studio.preview.preview : null;
  return (
    <>
      <Header link={studio.link} />
      <ComfyuiBanner comfyui={studio.comfyui} />
      <main class="home">
        <LiveRun run={run} preview={preview} isConnected={isConnected} />
        <WorkflowForm />
        <RunList runs={studio.runs} isConnected={isConnected} />
        <EventList events={studio.events} />
      </main>
      <p class="unseen" role="status">
        {studio.events.find((event) => event.type.startsWith('job.'))?.message}
      </p>
    </>
  );
}
