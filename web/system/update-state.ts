import { fieldsOf, listOf, numberOf, textOf } from '../../client/json.ts';
import type { StudioEvent } from '../../client/message.ts';

export interface Update {
  readonly id: string;
  readonly startedAt: string;
  /** Null while it runs. */
  readonly endedAt: string | null;
  readonly outcome: string;
  readonly exitCode: number | null;
  readonly error: string | null;
  /** The last lines that it printed. */
  readonly output: readonly string[];
}

export interface LastUpdate {
  /** Whether there is an update command at all. */
  readonly isConfigured: boolean;
  readonly update: Update | null;
}

/** GET /api/admin/system/update. */
export function lastUpdateOf(answer: unknown): LastUpdate {
  const fields = fieldsOf(answer);
  return { isConfigured: fields?.configured !== false, update: updateOf(fields?.update) };
}

function updateOf(value: unknown): Update | null {
  const fields = fieldsOf(value);
  const id = textOf(fields?.id);
  const startedAt = textOf(fields?.started_at);
  if (fields === null || id === null || startedAt === null) return null;
  return {
    id,
    startedAt,
    endedAt: textOf(fields.ended_at),
    outcome: textOf(fields.outcome) ?? 'unknown',
    exitCode: numberOf(fields.exit_code),
    error: textOf(fields.error),
    output: listOf(fields.output).flatMap((line) => textOf(line) ?? []),
  };
}

/** What is shown of a long output: its end. */
const LINES_SHOWN = 500;

/** The lines of the newest update that printed while this page looked on, with a word where some were left out; null: none did. */
export function liveLines(events: readonly StudioEvent[]): readonly string[] | null {
  const id = events.at(-1)?.data.update_id;
  if (id === undefined) return null;
  return events
    .filter((event) => event.data.update_id === id)
    .flatMap(({ data }) => {
      const leftOut = numberOf(data.left_out) ?? 0;
      const lines = listOf(data.lines).flatMap((line) => textOf(line) ?? []);
      return leftOut > 0 ? [`[${leftOut} lines are not shown]`, ...lines] : lines;
    })
    .slice(-LINES_SHOWN);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  running: 'It runs',
  succeeded: 'It went well',
  failed: 'It failed',
  timed_out: 'It took too long and was ended',
  interrupted: 'Studio was stopped before it ended',
};

export function outcomeInWords({ outcome, exitCode, error }: Update): string {
  const words = OUTCOMES[outcome] ?? outcome;
  if (error !== null) return `${words}: ${error}`;
  return outcome === 'failed' && exitCode !== null ? `${words}, with exit code ${exitCode}` : words;
}
