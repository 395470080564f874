import { randomUUID } from 'node:crypto';
import type { EventLog } from '../events/event-log.ts';
import type { Log } from '../log.ts';
import type { Maintenance } from '../maintenance.ts';
import type { LastUpdate } from './last-update.ts';
import { createOutputBatches } from './output-batches.ts';
import { createLineReader } from './output-lines.ts';
import { type CommandEnd, type RunningCommand, runCommand } from './run-command.ts';
import { createTail } from './tail.ts';
import { EXIT_RESTART, type Update } from './update.ts';

/** The update command: at most one runs at a time, and maintenance is on for as long as it does. */
export interface Updates {
  /** The one that runs, or ran last, since whenever; null: none ever did. */
  readonly last: Update | null;
  /** Begins one and returns at once, or says why not. */
  start(): UpdateStart;
  /** Ends one that runs, and resolves when it has ended. */
  close(): Promise<void>;
}

export type UpdateStart =
  | { readonly started: Update }
  | { readonly refused: 'not-configured' }
  | { readonly refused: 'running'; readonly running: Update };

/** Brings up Studio anew. Resolves to why that did not work; when it did, this process has nothing more to do. */
export type Restart = () => Promise<{ readonly failed: string } | 'restarting'>;

export interface UpdatesOptions {
  /** The words of the command; null: there is none. */
  readonly command: readonly string[] | null;
  readonly timeoutSeconds: number;
  /** Restart after each that ends with 0. */
  readonly restartAfter: boolean;
  /** Of the command: without secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the secrets out of a line. */
  readonly scrub: (line: string) => string;
  readonly maintenance: Maintenance;
  readonly events: EventLog;
  readonly kept: LastUpdate;
  readonly log: Log;
  readonly restart: Restart;
}

/** Characters of output that are kept with the result. */
const KEPT_OUTPUT = 16 * 1024;

export function createUpdates(options: UpdatesOptions): Updates {
  const { command, timeoutSeconds, env, scrub, maintenance, events, kept, log } = options;
  let last = kept.load();
  let running: RunningCommand | null = null;
  let finished = Promise.resolve();
  let closing = false;

  function start(words: readonly string[]): Update {
    const update: Update = {
      id: randomUUID(),
      started_at: new Date().toISOString(),
      ended_at: null,
      outcome: 'running',
      exit_code: null,
      signal: null,
      timed_out: false,
      restart: false,
      error: null,
      output: [],
      output_left_out: 0,
    };
    last = update;
    kept.save(update);
    maintenance.enter('update');
    log.info({ update: update.id }, 'the update command starts');

    const tail = createTail(KEPT_OUTPUT);
    const batches = createOutputBatches(({ lines, leftOut }) => {
      const message = lines.at(-1) || 'The update goes on';
      const data = { update_id: update.id, lines, left_out: leftOut };
      events.append({ type: 'update.output', severity: 'info', message, data });
    });
    const reader = createLineReader(scrub, (line) => {
      tail.push(line);
      batches.line(line);
    });
    running = runCommand(words, { env, timeoutMs: timeoutSeconds * 1000, onOutput: reader.write });
    finished = running.ended.then(async (end) => {
      reader.end();
      batches.end();
      running = null;
      const { lines, leftOut: output_left_out } = tail;
      await conclude({ ...update, ...resultOf(end), output: [...lines], output_left_out });
    });
    finished.catch((error: unknown) => {
      log.error({ err: error }, 'an update could not be concluded');
      leave('the update has ended');
    });
    return update;
  }

  function resultOf({ exitCode, signal, timedOut, error }: CommandEnd) {
    const asked = exitCode === EXIT_RESTART || (exitCode === 0 && options.restartAfter);
    return {
      ended_at: new Date().toISOString(),
      outcome: outcomeOf(exitCode, timedOut),
      exit_code: exitCode,
      signal,
      timed_out: timedOut,
      restart: asked && !timedOut && !closing,
      error: error === null ? null : scrub(error),
    };
  }

  function outcomeOf(exitCode: number | null, timedOut: boolean): Update['outcome'] {
    if (timedOut) return 'timed_out';
    if (closing) return 'interrupted';
    return exitCode === 0 || exitCode === EXIT_RESTART ? 'succeeded' : 'failed';
  }

  async function conclude(update: Update): Promise<void> {
    last = update;
    kept.save(update);
    const { id: update_id, outcome, exit_code, signal, restart } = update;
    const succeeded = outcome === 'succeeded';
    const message = describe(update, timeoutSeconds);
    log[succeeded ? 'info' : 'warn']({ update: update_id }, message);
    events.append({
      type: succeeded ? 'system.updated' : 'system.update.failed',
      severity: succeeded ? 'success' : 'error',
      message,
      data: { update_id, outcome, exit_code, signal, restart },
    });
    const restarted = restart ? await options.restart() : null;
    if (restarted === 'restarting') return;
    leave(restarted === null ? message : `the restart did not work: ${restarted.failed}`);
  }

  /** The owner may have ended it, or made it theirs, meanwhile. */
  function leave(reason: string): void {
    if (maintenance.state?.reason === 'update') maintenance.leave(reason);
  }

  return {
    get last() {
      return last;
    },
    start() {
      if (command === null) return { refused: 'not-configured' };
      if (last !== null && (running !== null || last.outcome === 'running'))
        return { refused: 'running', running: last };
      return { started: start(command) };
    },
    async close() {
      closing = true;
      running?.stop();
      if (running !== null) await finished;
    },
  };
}

function describe({ outcome, exit_code, signal, error }: Update, timeoutSeconds: number): string {
  if (error !== null) return `The update command could not be started: ${error}`;
  switch (outcome) {
    case 'succeeded':
      return 'The update has succeeded';
    case 'timed_out':
      return `The update was ended after ${timeoutSeconds} seconds, for it took too long`;
    case 'interrupted':
      return 'The update was ended, since Studio was stopped';
    default:
      return exit_code === null
        ? `The update was ended by ${signal}`
        : `The update has failed with exit code ${exit_code}`;
  }
}
