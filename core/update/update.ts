import { z } from 'zod';

/** One run of the update command, as it is kept and shown. */
export type Update = z.infer<typeof Update>;

export const Update = z.object({
  id: z.string(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  /** Null while it runs. */
  ended_at: z.string().nullable(),
  /** `interrupted`: Studio was stopped before it ended, or was killed and does not know. */
  outcome: z.enum(['running', 'succeeded', 'failed', 'timed_out', 'interrupted']),
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  timed_out: z.boolean(),
  /** Whether a restart was asked for: by exit code 75, or by STUDIO_RESTART_AFTER_UPDATE. */
  restart: z.boolean(),
  /** Why it could not be started. */
  error: z.string().nullable(),
  /** The last lines that it printed. */
  output: z.array(z.string()),
  /** How many lines before those are not kept. */
  output_left_out: z.number(),
});

/** By this exit code an update command asks for a restart (EX_TEMPFAIL of sysexits.h); Studio asks its supervisor by the same. */
export const EXIT_RESTART = 75;
