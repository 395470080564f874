import jpeg from 'jpeg-js';
import type { EncodedImage } from './frames.ts';
import { encodePng } from './png.ts';

/** A picture that has not been drawn yet. It is drawn, once, when its bytes are asked for. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Chooses the scene; a picture without one is a plain surface of `color`. */
  readonly seed: number | null;
  /** 0xRRGGBB */
  readonly color: number;
  /** 0 is all noise, 1 is finished. */
  readonly progress: number;
}

type Rgb = readonly [number, number, number];

/** Colours from the top of the sky down to the nearest hill. */
const palettes: readonly (readonly [Rgb, Rgb, Rgb, Rgb])[] = [
  [
    [38, 52, 110],
    [250, 160, 110],
    [120, 84, 130],
    [30, 24, 52],
  ],
  [
    [60, 130, 200],
    [225, 238, 245],
    [96, 140, 150],
    [24, 66, 60],
  ],
  [
    [18, 22, 58],
    [96, 70, 150],
    [58, 60, 120],
    [10, 14, 36],
  ],
  [
    [240, 150, 90],
    [255, 226, 160],
    [190, 100, 80],
    [70, 30, 40],
  ],
];
const levels = 24;
const previewSide = 256;
const cacheSize = 512;
const cache = new Map<string, Buffer>();

/** The finished picture as PNG, or as JPEG of quality 70. */
export function encodePicture(picture: Picture, format: 'jpeg' | 'png'): Buffer {
  // Eight scenes and 24 states are enough for the eye, and few enough to keep.
  const scene = picture.seed === null ? 'plain' : String(Math.abs(Math.trunc(picture.seed)) % 8);
  const level = Math.round(picture.progress * levels);
  const key = [picture.width, picture.height, picture.color, scene, level, format].join(':');
  const known = cache.get(key);
  if (known) return known;
  const pixels = draw(picture, scene === 'plain' ? null : Number(scene), level / levels);
  const bytes =
    format === 'png'
      ? encodePng(picture.width, picture.height, pixels)
      : jpeg.encode({ width: picture.width, height: picture.height, data: pixels }, 70).data;
  const oldest = cache.keys().next();
  if (cache.size >= cacheSize && !oldest.done) cache.delete(oldest.value);
  cache.set(key, bytes);
  return bytes;
}

/** What a sampler shows after a step: at most 256 pixels on a side. */
export function encodePreview(picture: Picture, format: 'jpeg' | 'png'): EncodedImage {
  const scale = Math.min(1, previewSide / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return { format, bytes: encodePicture({ ...picture, width, height }, format) };
}

/** RGBA. Early on: coarse, grey and noisy; the blocks shrink and the noise fades as it proceeds. */
function draw(picture: Picture, scene: number | null, progress: number): Buffer {
  const { width, height } = picture;
  const pixels = Buffer.alloc(width * height * 4, 255);
  const plain: Rgb = [picture.color >> 16, (picture.color >> 8) & 255, picture.color & 255];
  const rest = 1 - progress;
  const block = scene === null ? 1 : Math.max(1, Math.round((rest ** 1.5 * Math.max(width, height)) / 12));
  const grey = rest ** 1.5;
  const noise = scene === null ? 0 : 150 * rest ** 1.2;
  let random = ((scene ?? 0) * 7919 + Math.round(progress * levels) * 104729 + 1) >>> 0;
  let row: Rgb[] = [];
  let rowAt = Number.NaN;
  for (let y = 0; y < height; y++) {
    const v = centre(y, block, height);
    if (v !== rowAt) row = sceneRow(width, block, v, scene, plain);
    rowAt = v;
    for (let x = 0; x < width; x++) {
      const colour = row[Math.floor(x / block)] ?? plain;
      const at = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        const sharp = (colour[channel] ?? 0) * (1 - grey) + 128 * grey;
        pixels[at + channel] = clamp(sharp + (random / 2 ** 32 - 0.5) * noise);
      }
    }
  }
  return pixels;
}

/** One colour for each block of a row. */
function sceneRow(width: number, block: number, v: number, scene: number | null, plain: Rgb): Rgb[] {
  const blocks = Math.ceil(width / block);
  return Array.from({ length: blocks }, (_, at) =>
    scene === null ? plain : sceneColour((at * block + block / 2) / width, v, scene),
  );
}

/** A sun over three ridges and the lake in front of them; x and y from 0 to 1. */
function sceneColour(x: number, y: number, scene: number): Rgb {
  const [top, low, far, near] = palettes[scene % palettes.length] ?? [
    plainGrey,
    plainGrey,
    plainGrey,
    plainGrey,
  ];
  const shore = 0.8;
  const mirrored = y > shore ? 2 * shore - y : y;
  let colour = mix(top, low, Math.min(1, mirrored / 0.65));
  const sun = Math.hypot(x - 0.3 - 0.05 * scene, (mirrored - 0.32) * 1.1);
  colour = mix(colour, [255, 244, 214], sun < 0.08 ? 1 : Math.max(0, 0.6 - sun * 1.6));
  for (let ridge = 0; ridge < 3; ridge++) {
    const phase = scene * 1.7 + ridge * 2.3;
    const crest =
      0.5 + ridge * 0.1 + 0.07 * Math.sin(x * (6 + ridge * 3) + phase) + 0.025 * Math.sin(x * 23 + phase * 3);
    if (mirrored > crest) colour = mix(far, near, ridge / 2);
  }
  return y > shore ? mix(colour, top, 0.25 + 0.12 * Math.sin(y * 160)) : colour;
}

const plainGrey: Rgb = [128, 128, 128];

function centre(at: number, block: number, size: number): number {
  return (Math.floor(at / block) * block + block / 2) / size;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
