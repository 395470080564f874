/** So much a line counts beside its characters: empty ones take room as well. */
const LINE_COST = 16;

/** The last lines of many, within `most` (about characters). */
export interface Tail {
  readonly lines: readonly string[];
  /** How many went over the edge. */
  readonly leftOut: number;
  /** What the lines count. */
  readonly size: number;
  push(line: string): void;
  clear(): void;
}

export function createTail(most: number): Tail {
  const lines: string[] = [];
  let leftOut = 0;
  let size = 0;
  return {
    get lines() {
      return [...lines];
    },
    get leftOut() {
      return leftOut;
    },
    get size() {
      return size;
    },
    push(line) {
      lines.push(line);
      size += line.length + LINE_COST;
      while (size > most) {
        size -= (lines.shift() ?? '').length + LINE_COST;
        leftOut += 1;
      }
    },
    clear() {
      lines.length = 0;
      size = 0;
      leftOut = 0;
    },
  };
}
