/** Tokens of other services that custom nodes read from the environment. Studio needs none of them, and shows none. */
export const KNOWN_TOKENS = ['CIVITAI_API_KEY', 'HF_TOKEN'] as const;
