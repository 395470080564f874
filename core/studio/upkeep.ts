import type { Config } from '../config.ts';
import type { EventLog } from '../events/event-log.ts';
import { createMaintenance, type Maintenance, type MaintenanceChange } from '../maintenance.ts';
import { cleanEnvironment } from '../update/clean-environment.ts';
import { keepLastUpdate } from '../update/last-update.ts';
import { createUpdates, type Restart, type Updates } from '../update/updates.ts';
import type { Access } from './access.ts';

/** Work on Studio itself, while it serves. */
export interface Upkeep {
  readonly maintenance: Maintenance;
  readonly updates: Updates;
}

export interface UpkeepOptions {
  readonly config: Config;
  readonly access: Pick<Access, 'strings' | 'secrets' | 'log'>;
  readonly events: EventLog;
  /** The process's own, of which the update command gets what is no secret. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly restart: Restart | undefined;
}

export function createUpkeep({ config, access, events, env, restart }: UpkeepOptions): Upkeep {
  const { strings, secrets, log } = access;
  const maintenance = createMaintenance(tellMaintenance(events));
  const updates = createUpdates({
    command: config.updateCommand,
    timeoutSeconds: config.updateTimeoutSeconds,
    restartAfter: config.restartAfterUpdate,
    env: cleanEnvironment(env, strings),
    scrub: secrets.scrub,
    maintenance,
    events,
    kept: keepLastUpdate(config.studioDir, (message) => log.warn(message)),
    log,
    restart: restart ?? (async () => ({ failed: 'nobody here can start it anew' })),
  });
  return { maintenance, updates };
}

/** Those whose sockets are open, which go on, learn it by these. */
function tellMaintenance(events: EventLog): (change: MaintenanceChange) => void {
  return (change) => {
    if (change.type === 'left') {
      const { reason } = change;
      const message = `Maintenance is over: ${reason}`;
      return events.append({ type: 'maintenance.left', severity: 'success', message, data: { reason } });
    }
    const { reason, message: words } = change;
    const began = reason === 'update' ? 'An update has begun' : 'Maintenance has begun';
    const message = words === null ? began : `${began}: ${words}`;
    const data = { reason, message: words };
    events.append({ type: 'maintenance.entered', severity: 'warning', message, data });
  };
}
