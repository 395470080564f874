import type { Link } from '../../client/link.ts';
import { useNow } from '../use-now.ts';

/** How this page stands with Studio. The countdown is for the eye only: read aloud each second it would drown the rest. */
export function LinkState({ link, isMaintained }: { readonly link: Link; readonly isMaintained: boolean }) {
  const isWaiting = link.state === 'waiting';
  const now = useNow(isWaiting, 250);
  const seconds = isWaiting ? Math.ceil((link.retryAt - now) / 1000) : 0;
  return (
    <p class={`link-state is-${link.state}${isMaintained ? ' is-maintained' : ''}`}>
      <span role="status">{inWords(link, isMaintained)}</span>
      {seconds > 0 && <span aria-hidden="true"> in {seconds} s</span>}
    </p>
  );
}

function inWords(link: Link, isMaintained: boolean): string {
  switch (link.state) {
    case 'connecting':
      return 'Connecting…';
    case 'live':
      return isMaintained ? 'Live, in maintenance' : 'Live';
    case 'waiting':
      return link.updating ? 'Updating; reconnecting' : 'Reconnecting';
    case 'logged-out':
      return 'Logged out';
  }
}
