import { useEffect, useState } from 'preact/hooks';
import { goToLogin } from './api.ts';
import { parseFrame } from './frames.ts';
import { type Action, INITIAL, latestEventId, reduceAll, type State } from './store.ts';
import { openStream } from './stream.ts';

/** Frames that come within so many ms are shown together: a new connection begins with a hundred. */
const GATHER_MS = 30;

/** What the stream tells, live, for as long as the component stands. */
export function useStudio(): State {
  const [state, show] = useState(INITIAL);

  useEffect(() => {
    let known = INITIAL;
    let gathered: Action[] = [];
    let timer: number | undefined;

    function take(action: Action): void {
      gathered.push(action);
      timer ??= window.setTimeout(flush, GATHER_MS);
    }
    function flush(): void {
      clearTimeout(timer);
      timer = undefined;
      known = reduceAll(known, gathered);
      gathered = [];
      show(known);
    }

    const close = openStream({
      link(link) {
        take({ type: 'link', link });
        if (link.state === 'logged-out') goToLogin();
      },
      text(text) {
        const frame = parseFrame(text);
        if (frame !== null) take(frame);
      },
      preview: (image) => take({ type: 'preview', image }),
      latestEventId() {
        flush();
        return latestEventId(known);
      },
    });
    return () => {
      clearTimeout(timer);
      close();
    };
  }, []);

  return state;
}
