import { Shell } from '../components/shell.tsx';
import { useStudio } from '../use-studio.ts';
import { LiveChart } from './live-chart.tsx';
import { MaintenanceCard } from './maintenance-card.tsx';
import { SettingsCard } from './settings-card.tsx';
import { StatusCard } from './status-card.tsx';
import { UpdateCard } from './update-card.tsx';

/** The machine, and what keeps it going. */
export function SystemPage() {
  const studio = useStudio();
  return (
    <Shell here="/system" studio={studio} class="two-columns">
      <div class="column">
        <StatusCard />
        <MaintenanceCard isActive={studio.isMaintained} />
      </div>
      <div class="column">
        <LiveChart studio={studio} />
        <UpdateCard studio={studio} />
      </div>
      <SettingsCard />
    </Shell>
  );
}
