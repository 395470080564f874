import { viewPath } from '../client/file-calls.ts';
import type { OutputItem, RunProgress } from '../client/wire.ts';

/** What a run has made: what was saved first, then what was only shown; the order that GET /api/run/result counts in. */
export function outputsOf({ node_outputs }: Pick<RunProgress, 'node_outputs'>): readonly OutputItem[] {
  const items = Object.values(node_outputs).flatMap((output) => output.items);
  const isSaved = ({ type }: OutputItem) => type === 'output';
  return [...items.filter(isSaved), ...items.filter((item) => !isSaved(item))];
}

/** Where the file itself is, as ComfyUI keeps it. */
export function fileAddress({ filename, subfolder, type }: OutputItem): string {
  return viewPath({ filename, subfolder, type });
}

/** Where a small picture of it is: a thumbnail of a 4 MB PNG has some 40 KB. */
export function thumbnailAddress({ filename, subfolder, type }: OutputItem): string {
  return viewPath({ filename, subfolder, type, preview: 'webp;75' });
}

/** Its place in ComfyUI's folder. */
export function pathOf({ subfolder, filename }: OutputItem): string {
  return subfolder === '' ? filename : `${subfolder}/${filename}`;
}
