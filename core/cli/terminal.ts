/** Where a command writes, and how. */
export interface Terminal {
  write(text: string): void;
  readonly colours: boolean;
}

/** Colours only where a person looks, and has not said no (https://no-color.org). */
export function standardTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  return {
    write: (text) => {
      process.stdout.write(text);
    },
    colours: process.stdout.isTTY === true && (env.NO_COLOR ?? '') === '',
  };
}
