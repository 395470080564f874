import type { Runs } from '../runs/runs.ts';
import type { SystemStatus } from '../status.ts';
import type { Storage } from '../storage/storage.ts';
import type { Updates } from '../update/updates.ts';
import { familiesOf, type Observed } from './families.ts';
import type { Metrics } from './metrics.ts';

/** All metrics, as Prometheus reads them (text format 0.0.4), and the Content-Type of that. */
export type Exposition = () => Promise<{ readonly text: string; readonly contentType: string }>;

export interface Sources {
  readonly status: () => Promise<SystemStatus>;
  readonly runs: Pick<Runs, 'connected'>;
  readonly updates: Pick<Updates, 'last'>;
  readonly storage: Pick<Storage, 'writable' | 'wasDamaged'>;
  readonly refusals: ReadonlyMap<string, number>;
  /** One for each server. */
  readonly sockets: () => readonly Observed['sockets'][];
}

/** Nothing that only a scrape needs is loaded, or watched, before the first one. */
export function createExposition(metrics: Metrics, sources: Sources): Exposition {
  let registry: Promise<{ expose(now: Observed): ReturnType<Exposition> }> | null = null;
  return async () => {
    registry ??= import('./registry.ts').then(({ createRegistry }) => createRegistry(familiesOf(metrics)));
    const [{ expose }, status] = await Promise.all([registry, sources.status()]);
    return expose(observed(status, sources));
  };
}

function observed(status: SystemStatus, { runs, updates, storage, refusals, sockets }: Sources): Observed {
  const { writable, wasDamaged } = storage;
  return {
    status,
    refusals,
    sockets: sockets().reduce(
      (sum, { viewers, passed }) => ({ viewers: sum.viewers + viewers, passed: sum.passed + passed }),
      { viewers: 0, passed: 0 },
    ),
    isComfyuiConnected: runs.connected,
    isUpdating: updates.last?.outcome === 'running',
    storage: { writable, wasDamaged },
  };
}
