/** How this side stands with Studio. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Lost; it is tried again at `retryAt`, in ms since 1970. `updating`: Studio answers, and says so. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly updating: boolean }
  /** The session is over or the key is wrong: nothing is tried any more. */
  | { readonly state: 'logged-out' };
