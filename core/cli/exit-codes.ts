/** What the command's exit says. Above 64 they are those of sysexits.h. */
export const EXIT = {
  ok: 0,
  /** Something went wrong; the last lines of the output say what. */
  failed: 1,
  /** The command line was not understood. */
  usage: 64,
  /** Studio has drained and is to be started anew: for the supervisor. */
  restart: 75,
  /** The configuration will not do. */
  config: 78,
} as const;
