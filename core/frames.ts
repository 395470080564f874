import type { Preview, RunProgress } from './runs/run.ts';

const progressFrames = new WeakMap<RunProgress, string>();

/** A run's state as the stream sends it: written once per state, whoever asks. */
export function progressFrame(run: RunProgress): string {
  const known = progressFrames.get(run);
  if (known !== undefined) return known;
  const frame = JSON.stringify(run);
  progressFrames.set(run, frame);
  return frame;
}

/** A preview with its head: u32 big-endian length, JSON {prompt_id, node_id, mime, seq} of that many bytes, the image. */
export function taggedPreview({ image, prompt_id, node_id, mime, seq }: Preview): Uint8Array {
  const head = Buffer.from(JSON.stringify({ prompt_id, node_id, mime, seq }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, image]);
}
