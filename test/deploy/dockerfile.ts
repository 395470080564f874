/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  readonly name: string;
  readonly args: string;
}

export interface Stage {
  /** What FROM names it, or its number. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** As much of the Dockerfile language as ours speaks; throws at what it does not know. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; instructions: Instruction[] }[] = [];
  const lines = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ');
  for (const line of lines.split('\n').filter((each) => each.trim() !== '')) {
    const [, name = '', args = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [, alias = String(stages.length)] = /^\S+(?: AS (\S+))?$/.exec(args) ?? [];
      stages.push({ name: alias, instructions: [] });
    } else if (KNOWN.includes(name)) {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${name} before FROM`);
      stage.instructions.push({ name, args });
    } else throw new Error(`Not an instruction that is known here: ${line}`);
  }
  return stages;
}

const KNOWN = ['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'CMD'];

/** `A=1 B=2`, without quotes. */
export function parseEnv(args: string): Record<string, string> {
  return Object.fromEntries(
    args.split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** The words of a command in JSON form, with what stands before them left out. */
export function parseCommand(args: string): readonly string[] {
  const words: unknown = JSON.parse(args.slice(args.indexOf('[')));
  if (!Array.isArray(words) || !words.every((word): word is string => typeof word === 'string'))
    throw new Error(`Not a list of words: ${args}`);
  return words;
}
