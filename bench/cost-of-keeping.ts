import { cpuUsage } from 'node:process';
import type { PromptId } from '../core/runs/run.ts';
import { createSqliteArchive } from '../core/runs/sqlite-archive.ts';
import { openStorage } from '../core/storage/storage.ts';
import { runProgress } from '../test/support/run-progress.ts';

/** So many that some of them have the oldest forgotten. */
const RUNS = 200;

/**
 * What it costs to keep a run, from its beginning to its end, where as many are stored as may be: CPU time of this process in
 * microseconds each, one value a round.
 */
export function costOfKeeping(path: string, stored: number, rounds: number): readonly number[] {
  const storage = openStorage(path, () => {});
  const archive = createSqliteArchive(storage, { count: stored, days: 365, bytes: 2 ** 40 });
  const keep = (id: PromptId): void => {
    const now = new Date().toISOString();
    archive.begin(runProgress({ prompt_id: id, queued_at: now }), { 1: { class_type: 'Note', inputs: {} } });
    const run = runProgress({ prompt_id: id, status: 'completed', queued_at: now, ended_at: now });
    archive.save({ run, accepted: true, nodeErrors: {} });
  };
  // The first counts what is stored.
  keep('first');
  const costs = Array.from({ length: rounds }, (_, round) => {
    const before = cpuUsage();
    for (let number = 0; number < RUNS; number += 1) keep(`${round}-${number}`);
    const { user, system } = cpuUsage(before);
    return (user + system) / RUNS;
  });
  storage.close();
  return costs;
}
