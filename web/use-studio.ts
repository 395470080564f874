import { useEffect, useState } from 'preact/hooks';
import type { Message } from '../client/message.ts';
import { notifyOfEnd } from './notify.ts';
import { createEndWatch } from './run-ends.ts';
import { INITIAL, reduceAll, type State } from './store.ts';
import { goToLogin, isLoggedOut, studio } from './studio.ts';

/** Frames that come within so many ms are shown together: a new connection begins with a hundred. */
const GATHER_MS = 30;

/** What the stream tells, live, for as long as the component stands. */
export function useStudio(): State {
  const [state, show] = useState(INITIAL);

  useEffect(() => {
    let known = INITIAL;
    let gathered: Message[] = [];
    let timer: number | undefined;
    let hasEnded = false;
    const endOf = createEndWatch();
    let stop = studio.listen(take);

    function take(message: Message): void {
      gathered.push(message);
      const ended = endOf(message);
      if (ended !== null) notifyOfEnd(ended);
      timer ??= window.setTimeout(flush, GATHER_MS);
      if (message.type === 'link' && message.link.state === 'logged-out') void returnOrLeave();
    }
    /** The session that the stream began with is over. This browser may have another one by now. */
    async function returnOrLeave(): Promise<void> {
      if (await isLoggedOut()) return goToLogin();
      stop();
      if (!hasEnded) stop = studio.listen(take);
    }
    function flush(): void {
      timer = undefined;
      known = reduceAll(known, gathered);
      gathered = [];
      show(known);
    }

    return () => {
      hasEnded = true;
      clearTimeout(timer);
      stop();
    };
  }, []);

  return state;
}
