/** What a picture that ComfyUI saved tells of the workflow that made it. */
export type PictureWorkflow =
  /** In API format, as JSON text. */
  | { readonly kind: 'prompt'; readonly text: string }
  /** Only as the editor keeps it, which cannot be run. */
  | { readonly kind: 'editor' }
  | { readonly kind: 'none' };

const NONE: PictureWorkflow = { kind: 'none' };

/** How large a workflow is at most, in bytes, once unpacked. */
const LARGEST = 16 * 1024 * 1024;

/** Looks into a PNG's text chunks (tEXt, zTXt, iTXt) or a WebP's EXIF. Never throws: a picture that is broken tells nothing. */
export async function workflowInPicture(bytes: Uint8Array<ArrayBuffer>): Promise<PictureWorkflow> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (ascii(bytes, 1, 4) === 'PNG') return chosen(await pngTexts(bytes, view));
    if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP')
      return chosen(webpTexts(bytes, view));
  } catch {
    // A length that lies, or what does not unpack.
  }
  return NONE;
}

type Texts = ReadonlyMap<string, string>;

function chosen(texts: Texts): PictureWorkflow {
  const prompt = texts.get('prompt');
  if (prompt !== undefined) return { kind: 'prompt', text: asJson(prompt) };
  return texts.has('workflow') ? { kind: 'editor' } : NONE;
}

/** Python writes NaN and Infinity (in `is_changed`), which JSON does not have. */
function asJson(python: string): string {
  return python.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) =>
    part.startsWith('"') ? part : 'null',
  );
}

/** PNG (ISO/IEC 15948), 11.3.4: keyword, NUL, and then as the chunk's type has it. */
async function pngTexts(bytes: Uint8Array<ArrayBuffer>, view: DataView): Promise<Texts> {
  const texts = new Map<string, string>();
  let at = 8;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const type = ascii(bytes, at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IEND') break;
    const keyEnd = data.indexOf(0);
    if (/^(tEXt|zTXt|iTXt)$/.test(type) && keyEnd > 0) {
      const key = ascii(data, 0, keyEnd);
      if (key === 'prompt' || key === 'workflow') texts.set(key, await chunkText(type, data, keyEnd + 1));
    }
    at += 12 + length;
  }
  return texts;
}

async function chunkText(type: string, data: Uint8Array<ArrayBuffer>, from: number): Promise<string> {
  if (type === 'tEXt') return utf8(data.subarray(from));
  if (type === 'zTXt') return utf8(await inflated(data.subarray(from + 1)));
  // iTXt: compression flag and method, language, NUL, translated keyword, NUL.
  const language = data.indexOf(0, from + 2);
  const text = data.subarray(data.indexOf(0, language + 1) + 1);
  return utf8(data[from] === 1 ? await inflated(text) : text);
}

/** RFC 1950. Throws when it unpacks to more than a workflow may have. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > LARGEST) throw new RangeError('It unpacks to more than a workflow may have.');
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** ComfyUI writes `prompt:{…}` and `workflow:{…}` as texts of the EXIF chunk; they end with NUL. */
function webpTexts(bytes: Uint8Array, view: DataView): Texts {
  const texts = new Map<string, string>();
  let at = 12;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at + 4, true);
    if (ascii(bytes, at, at + 4) === 'EXIF') {
      for (const text of utf8(bytes.subarray(at + 8, at + 8 + length)).split('\0')) {
        const match = /(prompt|workflow):(\{[\s\S]*)$/.exec(text);
        if (match?.[1] !== undefined && match[2] !== undefined) texts.set(match[1], match[2]);
      }
    }
    at += 8 + length + (length % 2);
  }
  return texts;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
