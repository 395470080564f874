import type { RunProgress } from '../../client/wire.ts';
import { duration, secondsBetween } from '../format.ts';
import { useNow } from '../use-now.ts';

/** How long it has run, or ran. */
export function Elapsed({ run }: { readonly run: RunProgress }) {
  const now = useNow(run.status === 'running');
  if (run.started_at === null) return <>–</>;
  const isRunning = run.ended_at === null;
  const seconds = secondsBetween(run.started_at, run.ended_at ?? now);
  // Tenths that go by in whole seconds would look broken.
  return <>{isRunning && seconds < 10 ? `${Math.floor(seconds)} s` : duration(seconds)}</>;
}
