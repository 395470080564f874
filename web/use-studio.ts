import { useEffect, useState } from 'preact/hooks';
import type { Message } from '../client/message.ts';
import { INITIAL, reduceAll, type State } from './store.ts';
import { goToLogin, studio } from './studio.ts';

/** Frames that come within so many ms are shown together: a new connection begins with a hundred. */
const GATHER_MS = 30;

/** What the stream tells, live, for as long as the component stands. */
export function useStudio(): State {
  const [state, show] = useState(INITIAL);

  useEffect(() => {
    let known = INITIAL;
    let gathered: Message[] = [];
    let timer: number | undefined;

    function take(message: Message): void {
      gathered.push(message);
      timer ??= window.setTimeout(flush, GATHER_MS);
      if (message.type === 'link' && message.link.state === 'logged-out') goToLogin();
    }
    function flush(): void {
      timer = undefined;
      known = reduceAll(known, gathered);
      gathered = [];
      show(known);
    }

    const stop = studio.listen(take);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);

  return state;
}
