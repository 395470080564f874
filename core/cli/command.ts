export type Environment = Readonly<Record<string, string | undefined>>;

/** One subcommand of `studio`. */
export interface Command {
  /** One line for `--help`. */
  readonly summary: string;
  /** `args` are those behind its name. Resolves to the exit code. Throws StartupError when the configuration will not do. */
  run(args: readonly string[], env: Environment): Promise<number>;
}

export type Commands = Readonly<Record<string, Command>>;

/** Thrown for a command line that is not understood: exit code 64, and the message. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** For a command that takes no arguments. */
export function expectNoArguments([first]: readonly string[]): void {
  if (first !== undefined) throw new UsageError(`${JSON.stringify(first)} is not expected here`);
}
