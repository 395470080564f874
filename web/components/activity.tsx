import { useState } from 'preact/hooks';
import type { StudioEvent } from '../../client/message.ts';
import { SHOW_ALL } from '../activity.ts';
import { remember, remembered } from '../remembered.ts';
import { useSeen } from '../use-seen.ts';
import { ActivityEvents } from './activity-events.tsx';
import { ActivityFilters } from './activity-filters.tsx';
import { NotifyButton } from './notify-button.tsx';

/** What happens, on every page: one line with the latest, which opens into a list. `events` is newest first. */
export function Activity({ events }: { readonly events: readonly StudioEvent[] }) {
  const [isOpen, setOpen] = useState(remembered('activity') === 'open');
  const [filter, setFilter] = useState(SHOW_ALL);
  const { seen, unread, lookedAt } = useSeen(events, isOpen);
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
        <ActivityEvents
          key={`${filter.about} ${filter.severity}`}
          events={events}
          filter={filter}
          seen={seen}
        />
      </div>
    </aside>
  );
}
