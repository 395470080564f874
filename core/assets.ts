import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { z } from 'zod';
import type { Headers } from './http/reply.ts';

type Encoding = 'br' | 'gzip' | 'identity';

export interface Variant {
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/** One file of the browser's side, with the variants that the build compressed. */
export interface Asset {
  /** A strong validator (RFC 9110, 8.8.3), of the uncompressed bytes. */
  readonly etag: string;
  readonly variants: Readonly<Partial<Record<Encoding, Variant>>> & { readonly identity: Variant };
}

/** The built folder static/, in memory: what is not in it when Studio starts does not exist. */
export interface Assets {
  /** `path` below /static/, such as `assets/home-Bx3f.js`. */
  get(path: string): Asset | undefined;
  /** The script and the style sheets of a page, by its source's name in web/, such as `home.tsx`. */
  page(source: string): PageAssets;
}

export interface PageAssets {
  /** Paths below /static/. */
  readonly script: string;
  readonly styles: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
};

const ENDINGS: readonly (readonly [Encoding, string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

/** Vite puts a hash of the content into the names of what it builds; a word of eight letters in another name is none. */
const HASHED = /-[\w-]{8}\.[a-z0-9]+$/;

const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    css: z.array(z.string()).optional(),
    assets: z.array(z.string()).optional(),
  }),
);

/** Reads the folder that `npm run build` filled. Throws when it was never built. */
export function loadAssets(folder: string): Assets {
  const manifestPath = join(folder, '.vite', 'manifest.json');
  if (!existsSync(manifestPath)) throw new Error(`${folder} holds no built pages: run "npm run build"`);
  const manifest = Manifest.parse(JSON.parse(readFileSync(manifestPath, 'utf8')));
  const built = new Set(
    Object.values(manifest).flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]),
  );
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length + 1).replaceAll(sep, '/');
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)];
    // Compressed copies come with their original; the manifest and source maps are nobody's business.
    if (type === undefined || path.startsWith('.')) continue;
    assets.set(path, loadAsset(file, type, built.has(path) && HASHED.test(path)));
  }
  return {
    get: (path) => assets.get(path),
    page(source) {
      const entry = manifest[source];
      if (entry === undefined) throw new Error(`web/${source} is not among the built pages`);
      return { script: entry.file, styles: entry.css ?? [] };
    },
  };
}

function loadAsset(file: string, type: string, immutable: boolean): Asset {
  const bytes = readFileSync(file);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const headers: Headers = {
    'Content-Type': type,
    // A hashed name never gets other content; any other name is asked about each time.
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
  };
  const variants: { identity: Variant } & Partial<Record<Encoding, Variant>> = {
    identity: { bytes, headers: Object.freeze(headers) },
  };
  for (const [encoding, ending] of ENDINGS) {
    if (!existsSync(file + ending)) continue;
    // Other bytes, so another strong validator.
    const encoded: Headers = {
      ...headers,
      'Content-Encoding': encoding,
      ETag: `${etag.slice(0, -1)}-${encoding}"`,
    };
    variants[encoding] = { bytes: readFileSync(file + ending), headers: Object.freeze(encoded) };
  }
  return { etag, variants };
}
