import type { PagePath } from '../pages.ts';
import type { State } from '../store.ts';
import { LinkState } from './link-state.tsx';
import { Navigation } from './navigation.tsx';

interface HeaderProps {
  readonly studio: Pick<State, 'link' | 'isMaintained'>;
  readonly here: PagePath;
}

/** What this is, how it stands with Studio, the other pages, and the way out. */
export function Header({ studio, here }: HeaderProps) {
  return (
    <header class="header">
      <a class="brand" href="/home">
        <img src="/static/icon.svg" alt="" width="28" height="28" />
        <span>
          <span class="brand-first">ComfyUI </span>Studio
        </span>
      </a>
      <LinkState link={studio.link} isMaintained={studio.isMaintained} />
      <Navigation here={here} isMaintained={studio.isMaintained} />
    </header>
  );
}
