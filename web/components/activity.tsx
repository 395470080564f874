import { useState } from 'preact/hooks';
import type { StudioEvent } from '../../client/message.ts';
import { isWanted, SHOW_ALL } from '../activity.ts';
import { counted } from '../format.ts';
import { remember, remembered } from '../remembered.ts';
import { useSeen } from '../use-seen.ts';
import { ActivityFilters } from './activity-filters.tsx';
import { ActivityList } from './activity-list.tsx';
import { NotifyButton } from './notify-button.tsx';

/** What happens, on every page: one line with the latest, which opens into a list. `events` is newest first. */
export function Activity({ events }: { readonly events: readonly StudioEvent[] }) {
  const [isOpen, setOpen] = useState(remembered('activity') === 'open');
  const [filter, setFilter] = useState(SHOW_ALL);
  const { seen, unread, lookedAt } = useSeen(events, isOpen);
  const wanted = events.filter((event) => isWanted(filter, event));
  const [latest] = events;

  function toggle(): void {
    if (isOpen) lookedAt();
    remember('activity', isOpen ? 'closed' : 'open');
    setOpen(!isOpen);
  }

  return (
    <aside class="activity" aria-label="Activity">
      <div class="activity-bar">
        <button
          type="button"
          class="activity-toggle"
          aria-expanded={isOpen}
          aria-controls="activity"
          onClick={toggle}
        >
          <span>Activity</span>
          {unread > 0 && (
            <span class="unread">
              {unread}
              <span class="unseen"> new</span>
            </span>
          )}
        </button>
        {!isOpen && latest !== undefined && (
          <p class="activity-latest">
            <span class={`dot is-${latest.severity}`} />
            {latest.message}
          </p>
        )}
      </div>
      <div id="activity" class="activity-panel" hidden={!isOpen}>
        <div class="activity-tools">
          <ActivityFilters filter={filter} onChange={setFilter} />
          <NotifyButton />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <section class="activity-scroll" tabIndex={0} aria-label={counted(wanted.length, 'event')}>
          {wanted.length > 0 ? (
            <ActivityList events={wanted} seen={seen} />
          ) : (
            <p class="empty">{events.length === 0 ? 'Nothing has happened yet.' : 'Nothing of that kind.'}</p>
          )}
        </section>
      </div>
    </aside>
  );
}
