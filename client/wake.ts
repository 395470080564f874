/**
 * Calls `look` when this browser may have lost a connection without noticing: the network changed, or somebody looks at the page
 * again. Until the returned function is called. Elsewhere nobody tells such things, and it never calls.
 */
export function onWake(look: () => void): () => void {
  if (typeof document === 'undefined') return () => {};
  const lookIfSeen = (): void => {
    if (!document.hidden) look();
  };
  addEventListener('online', lookIfSeen);
  document.addEventListener('visibilitychange', lookIfSeen);
  return () => {
    removeEventListener('online', lookIfSeen);
    document.removeEventListener('visibilitychange', lookIfSeen);
  };
}
