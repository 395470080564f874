import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { pageTitle } from '../page-title.ts';
import { nameOf, type PagePath } from '../pages.ts';
import { runInView, type State } from '../store.ts';
import { Activity } from './activity.tsx';
import { Announcements } from './announcements.tsx';
import { Banners } from './banners.tsx';
import { Header } from './header.tsx';

interface ShellProps {
  readonly here: PagePath;
  readonly studio: State;
  /** Added to the class of the page's main element. */
  readonly class: string;
  readonly children: ComponentChildren;
}

/** What all pages have around what is theirs. */
export function Shell({ here, studio, class: className, children }: ShellProps) {
  const name = nameOf(here);
  const title = pageTitle(runInView(studio), here === '/home' ? null : name);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Header studio={studio} here={here} />
      <Banners studio={studio} />
      <main id="main" tabIndex={-1} class={className}>
        <h1 class={here === '/home' ? 'unseen' : 'page-title'}>{name}</h1>
        {children}
      </main>
      <Activity events={studio.events} />
      <Announcements events={studio.events} />
    </>
  );
}
