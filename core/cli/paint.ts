import type { Environment } from './command.ts';

export interface Paint {
  bold(text: string): string;
  red(text: string): string;
  amber(text: string): string;
  green(text: string): string;
}

const SGR = { bold: 1, red: 31, amber: 33, green: 32 } as const;

/** Colours for a terminal, and for nothing else. NO_COLOR turns them off (no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, env: Environment): Paint {
  const on = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const paint = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint(SGR.bold), red: paint(SGR.red), amber: paint(SGR.amber), green: paint(SGR.green) };
}
