import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Shell } from '../components/shell.tsx';
import { useStudio } from '../use-studio.ts';
import { addressOf, type Filters } from './address.ts';
import { Detail } from './detail.tsx';
import { HistoryList } from './history-list.tsx';
import { useAddress } from './use-address.ts';
import { useHistory } from './use-history.ts';

/** The history page: the gallery, or one run of it. */
export function HistoryPage() {
  const studio = useStudio();
  const { runs } = studio;
  const [address, go] = useAddress();
  const list = useHistory(address, runs);
  const { entries } = list;
  const at = entries.findIndex(({ id }) => id === address.run);
  const hrefOf = (run: string | null) => addressOf({ ...address, run });
  const goTo = (run: string | null) => go({ ...address, run });
  useGalleryPlace(address.run);

  return (
    <Shell here="/history" studio={studio} class="history">
      <HistoryList
        list={list}
        filters={address}
        isHidden={address.run !== null}
        hrefOf={hrefOf}
        onOpen={goTo}
        onFilter={(filters: Filters) => go({ ...filters, run: null })}
      />
      {address.run !== null && (
        <Detail
          id={address.run}
          live={runs.find((run) => run.prompt_id === address.run)}
          hrefOf={hrefOf}
          onGo={goTo}
          onDeleted={(id) => {
            list.drop([id]);
            goTo(null);
          }}
          newer={entries[at - 1]?.id ?? null}
          older={at < 0 ? null : (entries[at + 1]?.id ?? null)}
        />
      )}
    </Shell>
  );
}

/** Back in the gallery, one is where one was, with the focus on the run that one looked at. */
function useGalleryPlace(run: string | null): void {
  const place = useRef({ scrollY: 0, run: '' });
  useEffect(() => {
    history.scrollRestoration = 'manual';
  }, []);
  // Not a late effect: what scrolls because the gallery goes away must not be kept.
  useLayoutEffect(() => {
    if (run !== null) return;
    const keep = () => {
      place.current = { ...place.current, scrollY };
    };
    addEventListener('scroll', keep, { passive: true });
    return () => removeEventListener('scroll', keep);
  }, [run]);
  useLayoutEffect(() => {
    if (run !== null) {
      place.current.run = run;
      scrollTo(0, 0);
      return;
    }
    if (place.current.run === '') return;
    scrollTo(0, place.current.scrollY);
    const tile = document.querySelector<HTMLElement>(`[data-run="${CSS.escape(place.current.run)}"]`);
    tile?.focus({ preventScroll: true });
  }, [run]);
}
