import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { type Layout, layoutFor, type Slice, sliceInView } from './layout.ts';

/** How the gallery in `box` lies, and which of its tiles are near the screen, as that is scrolled and resized. */
export function useSlice(
  box: RefObject<HTMLElement | null>,
  count: number,
): { layout: Layout; slice: Slice } {
  const [view, setView] = useState({ width: 0, top: 0, screenHeight: 0 });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    let frame: number | null = null;
    function measure(): void {
      frame = null;
      if (element === null) return;
      const { top, width } = element.getBoundingClientRect();
      // While a run is looked at, the gallery is hidden, and stays as it was.
      if (width === 0) return;
      setView((known) =>
        known.width === width && known.top === -top && known.screenHeight === innerHeight
          ? known
          : { width, top: -top, screenHeight: innerHeight },
      );
    }
    // One look per frame is enough, however many events come.
    const look = () => {
      frame ??= requestAnimationFrame(measure);
    };
    const resizes = new ResizeObserver(look);
    resizes.observe(element);
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    measure();
    return () => {
      if (frame !== null) cancelAnimationFrame(frame);
      resizes.disconnect();
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [box]);

  const layout = layoutFor(view.width);
  return { layout, slice: sliceInView(layout, count, view.top, view.screenHeight) };
}
