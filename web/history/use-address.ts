import { useEffect, useState } from 'preact/hooks';
import { type Address, addressOf, readAddress } from './address.ts';

/** The page's address, and a way to go on to another one of the same page, which the browser's back button undoes. */
export function useAddress(): readonly [Address, (next: Address) => void] {
  const [address, setAddress] = useState(() => readAddress(location.search));
  useEffect(() => {
    const follow = () => setAddress(readAddress(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  return [
    address,
    (next) => {
      history.pushState(null, '', addressOf(next));
      setAddress(next);
    },
  ];
}

/** For links that stay on this page: whether a click is a plain one, and not one for another tab. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}
