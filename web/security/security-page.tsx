import { Shell } from '../components/shell.tsx';
import { useStudio } from '../use-studio.ts';
import { AuditCard } from './audit.tsx';
import { ManagerLevelCard } from './manager-level.tsx';
import { PostureCard } from './posture.tsx';
import { SessionsCard } from './sessions.tsx';
import { ThrottledCard } from './throttled.tsx';

/** How safe this pod is, and what can be done about it. */
export function SecurityPage() {
  const studio = useStudio();
  return (
    <Shell here="/security" studio={studio} class="two-columns">
      <PostureCard />
      <div class="column">
        <ManagerLevelCard />
        <SessionsCard />
        <ThrottledCard events={studio.events} />
      </div>
      <AuditCard events={studio.events} />
    </Shell>
  );
}
