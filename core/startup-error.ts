/** Studio cannot start as it is configured. The message tells the owner what to change; the exit code is 78 (EX_CONFIG of sysexits.h). */
export class StartupError extends Error {
  readonly exitCode = 78;
  constructor(message: string) {
    super(message);
    this.name = 'StartupError';
  }
}
