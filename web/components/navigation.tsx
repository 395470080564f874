import { useState } from 'preact/hooks';
import type { PagePath } from '../pages.ts';
import { PAGES } from '../pages.ts';
import { LogOut } from './log-out.tsx';

interface NavigationProps {
  readonly here: PagePath;
  readonly isMaintained: boolean;
}

/** The way to the other pages, and out. On a phone it is folded behind a button. */
export function Navigation({ here, isMaintained }: NavigationProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <nav
      class="navigation"
      aria-label="Pages"
      onKeyDown={(event) => {
        if (event.key === 'Escape') setOpen(false);
      }}
    >
      <button
        type="button"
        class="menu quiet small"
        aria-expanded={isOpen}
        aria-controls="pages"
        onClick={() => setOpen(!isOpen)}
      >
        Menu
      </button>
      <ul id="pages" class={isOpen ? 'is-open' : ''}>
        {PAGES.map(({ path, name }) => (
          <li key={path}>
            <a href={path} aria-current={path === here ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
        <li>
          <a href="/comfyui/" target="_blank" rel="noopener">
            Graph editor<span aria-hidden="true"> ↗</span>
            <span class="unseen"> (opens in a new tab)</span>
          </a>
        </li>
        <li class="log-out">
          <LogOut isMaintained={isMaintained} />
        </li>
      </ul>
    </nav>
  );
}
