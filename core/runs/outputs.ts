import { z } from 'zod';
import type { OutputItem } from './run.ts';

/** A node that saves a folder of frames lists each of them; no page shows more. */
const MOST_ITEMS = 1000;

/**
 * What the files of one run may take, in characters or so: all of them stand in each frame of its progress. It is ten
 * thousand of the usual kind.
 */
export const MOST_OUTPUT = 1024 * 1024;

/** What an item costs beside its names, as JSON. */
const ITEM = 64;

const MEDIA_OF_EXTENSION: Readonly<Record<string, OutputItem['media']>> = {
  ...mediaOf('image', 'png jpg jpeg webp gif bmp avif'),
  ...mediaOf('video', 'mp4 webm mov mkv avi m4v'),
  ...mediaOf('audio', 'flac mp3 wav ogg opus m4a aac'),
};

const MEDIA_OF_UI_KEY: Readonly<Record<string, OutputItem['media']>> = {
  images: 'image',
  gifs: 'video',
  video: 'video',
  videos: 'video',
  audio: 'audio',
};

const Item = z.object({
  filename: z.string().min(1).max(1024),
  subfolder: z.string().max(1024).default(''),
  type: z.string().max(32).default('output'),
});

/** The files in a node's ui output. Whatever else a node puts there (text, numbers, flags) is left out. */
export function outputItems(ui: unknown): readonly OutputItem[] {
  if (typeof ui !== 'object' || ui === null) return [];
  const items: OutputItem[] = [];
  for (const [key, list] of Object.entries(ui)) {
    if (!Array.isArray(list)) continue;
    for (const entry of list.slice(0, MOST_ITEMS)) {
      const item = Item.safeParse(entry);
      if (item.success) items.push({ ...item.data, media: mediaFor(item.data.filename, key) });
    }
  }
  return items.slice(0, MOST_ITEMS);
}

/** `known` and then those of `more` that are new: a cached node and /history tell the same ones again. */
export function mergeItems(known: readonly OutputItem[], more: readonly OutputItem[]): readonly OutputItem[] {
  const places = new Set(known.map(placeOf));
  const added = more.filter((item) => !places.has(placeOf(item)));
  return added.length === 0 ? known : [...known, ...added].slice(0, MOST_ITEMS);
}

/** As many of the items, from the first on, as `room` takes. */
export function fitting(items: readonly OutputItem[], room: number): readonly OutputItem[] {
  let left = room;
  const end = items.findIndex((item) => {
    left -= sizeOf(item);
    return left < 0;
  });
  return end === -1 ? items : items.slice(0, end);
}

/** What the files of all these nodes take, as MOST_OUTPUT counts it. */
export function sizeOfOutputs(outputs: Iterable<readonly OutputItem[]>): number {
  let size = 0;
  for (const items of outputs) for (const item of items) size += sizeOf(item);
  return size;
}

function sizeOf({ filename, subfolder, type }: OutputItem): number {
  return ITEM + filename.length + subfolder.length + type.length;
}

function placeOf(item: OutputItem): string {
  return JSON.stringify([item.type, item.subfolder, item.filename]);
}

/** The extension decides, since nodes put videos under `images` and stills under `gifs`; then the ui key. */
function mediaFor(filename: string, uiKey: string): OutputItem['media'] {
  const extension = filename.slice(filename.lastIndexOf('.') + 1).toLowerCase();
  return own(MEDIA_OF_EXTENSION, extension) ?? own(MEDIA_OF_UI_KEY, uiKey) ?? 'file';
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function mediaOf(media: OutputItem['media'], extensions: string): Record<string, OutputItem['media']> {
  return Object.fromEntries(extensions.split(' ').map((extension) => [extension, media]));
}
