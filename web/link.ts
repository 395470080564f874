/** How this page stands with Studio. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Lost; it is tried again at `retryAt`, in ms since 1970. `updating`: Studio answers, and says so. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly updating: boolean }
  | { readonly state: 'logged-out' };
