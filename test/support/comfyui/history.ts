import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { QueueItem } from './queue.ts';

/** An entry of GET /history. */
export interface HistoryEntry {
  readonly prompt: QueueItem;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly status: {
    readonly status_str: 'success' | 'error';
    readonly completed: boolean;
    readonly messages: readonly (readonly [string, unknown])[];
  };
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Other services' keys travel in extra_data; the history drops them (GET /queue does not). */
const sensitive = ['auth_token_comfy_org', 'api_key_comfy_org'];
const maxEntries = 10000;

/** Runs that are over, oldest first; kept in a file when one is given, of which every line is an entry. */
export class History {
  readonly #entries = new Map<string, HistoryEntry>();
  readonly #file: string | undefined;

  constructor(file?: string) {
    this.#file = file;
    for (const entry of file === undefined ? [] : readEntries(file))
      this.#entries.set(entry.prompt[1], entry);
  }

  add(entry: HistoryEntry): void {
    const [number, id, prompt, extra, outputs] = entry.prompt;
    const kept = Object.fromEntries(Object.entries(extra).filter(([key]) => !sensitive.includes(key)));
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= maxEntries && !oldest.done) this.#entries.delete(oldest.value);
    const stored: HistoryEntry = { ...entry, prompt: [number, id, prompt, kept, outputs] };
    this.#entries.set(id, stored);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(stored)}\n`);
  }

  one(id: string): Record<string, HistoryEntry> {
    const entry = this.#entries.get(id);
    return entry ? { [id]: entry } : {};
  }

  /** `maxItems` from `offset`; without an offset the latest ones. */
  page(maxItems: number | undefined, offset: number | undefined): Record<string, HistoryEntry> {
    const from = offset ?? Math.max(0, this.#entries.size - (maxItems ?? this.#entries.size));
    return Object.fromEntries([...this.#entries].slice(from, from + (maxItems ?? this.#entries.size)));
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** What a stand-in wrote before; a last line that was cut off by its end is left out. */
function readEntries(file: string): HistoryEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line): HistoryEntry => JSON.parse(line));
}
