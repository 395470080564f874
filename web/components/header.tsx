import type { Link } from '../../client/link.ts';
import { LinkState } from './link-state.tsx';

/** What this is, how it stands with Studio, and the way out. */
export function Header({ link }: { readonly link: Link }) {
  return (
    <header class="header">
      <h1>
        <img src="/static/icon.svg" alt="" width="28" height="28" />
        ComfyUI Studio
      </h1>
      <LinkState link={link} />
      <form method="post" action="/api/auth/logout">
        <button type="submit" class="quiet small">
          Log out
        </button>
      </form>
    </header>
  );
}
