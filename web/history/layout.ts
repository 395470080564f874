/** How a gallery of equal tiles lies in its width. All in CSS pixels. */
export interface Layout {
  readonly columns: number;
  readonly tileWidth: number;
  /** From the top of one row to that of the next. */
  readonly rowStep: number;
}

export const GAP = 12;
const WISHED_TILE = 200;
/** Title and facts, below the picture. */
export const CAPTION = 62;

/** Rows beyond the edges of the screen that are there already: scrolling must not show gaps. */
const SPARE_ROWS = 2;

/** Two columns on a phone; more where tiles of 200 px have room. */
export function layoutFor(width: number): Layout {
  const columns = Math.max(2, Math.floor((width + GAP) / (WISHED_TILE + GAP)));
  const tileWidth = Math.floor((width - GAP * (columns - 1)) / columns);
  return { columns, tileWidth, rowStep: tileWidth + CAPTION + GAP };
}

export interface Slice {
  /** Indexes of the tiles to draw: from the first, up to the last excluded. */
  readonly first: number;
  readonly end: number;
}

/** Which of `count` tiles are near the screen. `top`: how far the gallery's own top is above that of the screen. */
export function sliceInView(layout: Layout, count: number, top: number, screenHeight: number): Slice {
  const firstRow = Math.max(0, Math.floor(top / layout.rowStep) - SPARE_ROWS);
  const endRow = Math.max(0, Math.ceil((top + screenHeight) / layout.rowStep) + SPARE_ROWS);
  return {
    first: Math.min(firstRow * layout.columns, count),
    end: Math.min(endRow * layout.columns, count),
  };
}

/** The whole gallery's height. */
export function heightOf({ columns, rowStep }: Layout, count: number): number {
  return Math.max(0, Math.ceil(count / columns) * rowStep - GAP);
}

export function placeOf({ columns, tileWidth, rowStep }: Layout, index: number): { x: number; y: number } {
  return { x: (index % columns) * (tileWidth + GAP), y: Math.floor(index / columns) * rowStep };
}
