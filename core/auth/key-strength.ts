/** Keys that stand in examples and that somebody always leaves in place. */
const EXAMPLES = [
  'changeme',
  'change-me',
  'changeit',
  'your-api-key',
  'your_api_key',
  'secret',
  'password',
  'test',
  'comfyui',
  'studio',
];

const SHORTEST = 12;

/** zxcvbn's scale: 3 is over 10^8 guesses, 4 over 10^10. It thinks too much of hyphens: `comfyui-studio` gets 3. */
const LEAST_SCORE = 4;

/** What a verdict follows from, dictionaries aside: another rule, another verdict. */
export const STRENGTH_RULE = [SHORTEST, LEAST_SCORE, ...EXAMPLES].join(' ');

export interface KeyVerdict {
  /** Why it is easy to guess, as the end of the sentence "the key ...", or null. */
  readonly weakness: string | null;
  /** Stands on a list of common passwords. */
  readonly common: boolean;
}

/** Of a key that needs no look. */
export const STRONG: KeyVerdict = Object.freeze({ weakness: null, common: false });

/** Loads the dictionaries. */
export async function verdictOn(key: string): Promise<KeyVerdict> {
  return { weakness: await weakness(key), common: await isCommonPassword(key) };
}

/**
 * Why a key that a person chose is too easy to guess, as the end of the sentence "the key ...", or null when it is fine.
 * The dictionaries are loaded here and not at the top: they are megabytes, and a generated key never needs them.
 */
export async function weakness(key: string): Promise<string | null> {
  if (EXAMPLES.includes(key.toLowerCase())) return 'is one that everybody knows from examples';
  if (key.length < SHORTEST) return `is shorter than ${SHORTEST} characters`;
  return (await isCommonPassword(key)) ? 'is a common password' : weaknessByScore(key);
}

/** As it is, or in other capitals. */
async function isCommonPassword(key: string): Promise<boolean> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return [...EXAMPLES, ...dictionary['passwords-common']].includes(key.toLowerCase());
}

async function weaknessByScore(key: string): Promise<string | null> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const zxcvbn = new ZxcvbnFactory({
    graphs: common.adjacencyGraphs,
    dictionary: { ...common.dictionary, ...english.dictionary, product: EXAMPLES },
  });
  // Its time grows with the square of the length; 64 characters tell enough.
  const { score } = zxcvbn.check(key.slice(0, 64));
  return score < LEAST_SCORE ? 'is easy to guess (common words, names, dates or repeats)' : null;
}
