import { throttleKey } from './auth/client-address.ts';
import type { OnFailure } from './auth/gate.ts';
import type { NewEvent } from './events/event-log.ts';

type Failure = Parameters<OnFailure>[0];

/** In ms. What happens within it is told together. */
const WINDOW_MS = 60_000;

/** How many addresses are told of by name in a window. Who has a thousand of them shall not fill the record. */
const MOST_NAMED = 30;

/** Turns wrong keys into events: the first of an address at once, the rest of its minute in one. */
export interface FailureRecord {
  add(failure: Failure): void;
  /** Somebody logged in from there: what comes next is another story. */
  succeeded(ip: string): void;
  /** Tells what was counted so far, and begins a new minute. */
  flush(): void;
  close(): void;
}

export function createFailureRecord(append: (event: NewEvent) => void): FailureRecord {
  /** How many more there were, by address. */
  const named = new Map<string, Failure & { more: number }>();
  let others = 0;
  let timer: NodeJS.Timeout | null = null;

  function tellMore({ ip, user_agent, more }: Failure & { readonly more: number }): void {
    if (more === 0) return;
    append(failed(`${more} more wrong keys from ${ip} within a minute`, { ip, user_agent, count: more }));
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const counted of named.values()) tellMore(counted);
    if (others > 0) append(failed(`${others} more wrong keys from other addresses`, { count: others }));
    named.clear();
    others = 0;
  }

  return {
    flush,
    add(failure) {
      timer ??= setTimeout(flush, WINDOW_MS).unref();
      const { ip, user_agent, block } = failure;
      const address = throttleKey(ip);
      const known = named.get(address);
      if (known !== undefined) known.more += 1;
      else if (named.size >= MOST_NAMED) others += 1;
      else {
        named.set(address, { ...failure, more: 0 });
        append(failed(`A wrong key from ${ip}`, { ip, user_agent }));
      }
      if (block === 0 || !named.has(address)) return;
      const message = `Too many wrong keys from ${ip}: no key is taken from there for ${block} seconds`;
      const data = { ip, user_agent, seconds: block };
      append({ type: 'auth.throttled', severity: 'warning', message, data });
    },
    succeeded(ip) {
      const counted = named.get(throttleKey(ip));
      if (counted === undefined) return;
      named.delete(throttleKey(ip));
      tellMore(counted);
    },
    close: flush,
  };
}

function failed(message: string, data: NonNullable<NewEvent['data']>): NewEvent {
  return { type: 'auth.failed', severity: 'warning', message, data };
}
