import { useState } from 'preact/hooks';
import type { PagePath } from '../pages.ts';
import { PAGES } from '../pages.ts';

/** The way to the other pages. On a phone it is folded behind a button. */
export function Navigation({ here }: { readonly here: PagePath }) {
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
          <LogOut />
        </li>
      </ul>
    </nav>
  );
}

/** A form, as the answer leads on to the login page. */
function LogOut() {
  return (
    <form method="post" action="/api/auth/logout">
      <button type="submit" class="quiet small">
        Log out
      </button>
    </form>
  );
}
