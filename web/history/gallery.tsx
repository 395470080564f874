import { useEffect, useRef } from 'preact/hooks';
import type { Entry } from './entries.ts';
import { CAPTION, heightOf, placeOf } from './layout.ts';
import { Tile } from './tile.tsx';
import { useSlice } from './use-slice.ts';

interface GalleryProps {
  readonly entries: readonly Entry[];
  readonly hrefOf: (id: string) => string;
  readonly onOpen: (id: string) => void;
  /** The end comes near. */
  readonly onEnd: () => void;
}

/** Runs as tiles; only those near the screen are in the document, however many there are. */
export function Gallery({ entries, hrefOf, onOpen, onEnd }: GalleryProps) {
  const box = useRef<HTMLUListElement>(null);
  const { layout, slice } = useSlice(box, entries.length);
  const isAtEnd = slice.end >= entries.length;

  // Also when the next page has come and still does not fill the screen.
  useEffect(() => {
    if (isAtEnd) onEnd();
  }, [isAtEnd, onEnd]);

  return (
    <ul
      class="gallery"
      ref={box}
      aria-label="Runs"
      style={{ height: `${heightOf(layout, entries.length)}px` }}
    >
      {entries.slice(slice.first, slice.end).map((entry, offset) => {
        const { x, y } = placeOf(layout, slice.first + offset);
        return (
          <li
            key={entry.id}
            aria-posinset={slice.first + offset + 1}
            aria-setsize={entries.length}
            style={{
              width: `${layout.tileWidth}px`,
              height: `${layout.tileWidth + CAPTION}px`,
              transform: `translate(${x}px, ${y}px)`,
            }}
          >
            <Tile entry={entry} href={hrefOf(entry.id)} onOpen={() => onOpen(entry.id)} />
          </li>
        );
      })}
    </ul>
  );
}
