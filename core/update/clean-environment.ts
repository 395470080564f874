type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Names that say a secret is inside: KEY, TOKEN, SECRET, PASS and so on anywhere in them. So none of API_KEY,
 * COMFYUI_AUTHORIZATION, CIVITAI_API_KEY and HF_TOKEN passes, nor their like that nobody has thought of.
 */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|PASSPHRASE|_PASS$|^PASS$|CREDENTIAL|AUTHORIZATION|COOKIE|_AUTH$/i;

/** An address with a password in it, such as REDIS_URL may be. */
const URL_WITH_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@/;

/** Of Node's own channel between this process and its parent. */
const INTERNAL_NAME = /^(?:NODE_CHANNEL_|STUDIO_SUCCESSOR$)/;

/** Shorter values stand in ordinary words. */
const SHORTEST_SECRET = 8;

/**
 * The environment for a program that Studio starts and need not trust: without what is a secret by its name, holds one of
 * `secrets`, or is an address with a password. What such a program needs of these it reads from a file of its own.
 */
export function cleanEnvironment(env: Environment, secrets: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || INTERNAL_NAME.test(name)) continue;
    if (isSecret(name, value) || secrets.some((secret) => secret !== '' && value.includes(secret))) continue;
    kept[name] = value;
  }
  return kept;
}

/** The values that `cleanEnvironment` keeps back by their names or their form: they must stand in no log and no event. */
export function secretsOfEnvironment(env: Environment): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.trim().length >= SHORTEST_SECRET && isSecret(name, value)
      ? [value.trim()]
      : [],
  );
}

function isSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || URL_WITH_PASSWORD.test(value);
}
