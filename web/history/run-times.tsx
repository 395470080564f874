import type { RunProgress } from '../../client/wire.ts';
import { duration, fullTime, secondsBetween } from '../format.ts';

const STARTERS: Readonly<Record<RunProgress['started_by'], string>> = {
  studio: 'Studio',
  editor: 'The graph editor',
  other: 'Somebody straight at ComfyUI',
};

/** Who started a run, and its times in the viewer's zone. */
export function RunTimes({ run }: { readonly run: RunProgress }) {
  const { queued_at, started_at, ended_at } = run;
  const rows: readonly (readonly [string, string | null])[] = [
    ['Started by', STARTERS[run.started_by]],
    ['Queued', fullTime(queued_at)],
    ['Waited', started_at && duration(secondsBetween(queued_at, started_at))],
    ['Took', started_at && ended_at && duration(secondsBetween(started_at, ended_at))],
    ['Ended', ended_at && fullTime(ended_at)],
  ];
  return (
    <dl class="inputs">
      {rows.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
