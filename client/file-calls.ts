import { type CallOptions, understood } from './answers.ts';
import type { Http } from './http.ts';
import { type Fields, fieldsOf, listOf, textOf } from './json.ts';
import type { OutputItem, PromptId } from './wire.ts';

/** Which of a run's files is meant: without a choice the first that it saved. */
export interface OutputChoice {
  readonly node?: string | undefined;
  readonly kind?: OutputItem['media'] | undefined;
  /** Counts those that fit, from 0. */
  readonly index?: number | undefined;
  /** Answered as a file to be saved. */
  readonly download?: boolean | undefined;
}

/** A file in one of ComfyUI's folders. */
export interface StoredFile {
  readonly filename: string;
  readonly subfolder?: string | undefined;
  /** output (the default), input or temp. */
  readonly type?: string | undefined;
  /** A smaller picture in its place, in ComfyUI's words: `webp;75` is format and quality. */
  readonly preview?: string | undefined;
}

export interface FileOptions extends CallOptions {
  /** The Range header: `bytes=0-1023`. The answer is then 206. */
  readonly range?: string | undefined;
}

export interface UploadOptions extends CallOptions {
  /** Without it, the file's own name. */
  readonly filename?: string | undefined;
  readonly subfolder?: string | undefined;
  /** input (the default) or temp. */
  readonly type?: string | undefined;
  /** Puts it in the place of another of its name. Else it gets a name of its own. */
  readonly overwrite?: boolean | undefined;
}

/** Where ComfyUI has put a picture. */
export interface UploadedImage {
  readonly name: string;
  readonly subfolder: string;
  readonly type: string;
}

/** The calls for files. Every one throws StudioError. */
export interface FileCalls {
  /** A file that a run made, as fetch gives it: its body is still to be read. 404 when there is none, 409 when the run failed. */
  result(promptId: PromptId, choice?: OutputChoice & FileOptions): Promise<Response>;
  /** A file that ComfyUI keeps, likewise. */
  view(file: StoredFile, options?: FileOptions): Promise<Response>;
  /** A picture for ComfyUI to work on; may take 10 minutes. */
  uploadImage(image: Blob, options?: UploadOptions): Promise<UploadedImage>;
}

const UPLOAD_MS = 600_000;

export function createFileCalls(http: Http): FileCalls {
  return {
    result: (promptId, { signal, range, ...choice } = {}) =>
      http.file(resultPath(promptId, choice), { signal, ...rangeOf(range) }),
    view: (file, { signal, range } = {}) => http.file(viewPath(file), { signal, ...rangeOf(range) }),
    async uploadImage(image, { filename, subfolder, type, overwrite, signal } = {}) {
      const body = new FormData();
      // Before the file: a reader that takes the form as it comes knows then where to put it.
      for (const [name, value] of Object.entries({ subfolder, type, overwrite }))
        if (value !== undefined) body.set(name, String(value));
      body.set('image', image, filename ?? ('name' in image ? String(image.name) : 'image.png'));
      const ask = { method: 'POST', body, signal, patienceMs: UPLOAD_MS } as const;
      return understood(uploadedOf(fieldsOf(await http('/api/run/upload-image', ask))));
    },
  };
}

/** The address of a file that a run made, below Studio's own: for a link, or what a page shows. */
export function resultPath(promptId: PromptId, { node, kind, index, download }: OutputChoice = {}): string {
  const query = queryOf({ node, kind, index, download: download === true ? 1 : undefined });
  return `/api/run/result/${encodeURIComponent(promptId)}${query}`;
}

/** The address of a file that ComfyUI keeps, likewise. */
export function viewPath({ filename, subfolder, type, preview }: StoredFile): string {
  return `/api/comfyui/view${queryOf({ filename, subfolder, type, preview })}`;
}

/** `?a=1&b=2` of what there is; '' of nothing. */
export function queryOf(parameters: Fields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, listOf(value).join(',') || String(value));
  return query.size === 0 ? '' : `?${query}`;
}

function rangeOf(range: string | undefined): { readonly headers?: Readonly<Record<string, string>> } {
  return range === undefined ? {} : { headers: { Range: range } };
}

function uploadedOf(fields: Fields | null): UploadedImage | null {
  const name = textOf(fields?.name);
  if (fields === null || name === null) return null;
  return { name, subfolder: textOf(fields.subfolder) ?? '', type: textOf(fields.type) ?? 'input' };
}
