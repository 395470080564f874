import { posix } from 'node:path';
import { asFolder, type Files } from './files.ts';
import { empty, type StandInReply, type StandInRequest } from './http.ts';
import { encodePicture } from './images.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.flac': 'audio/flac',
  '.wav': 'audio/x-wav',
  '.txt': 'text/plain',
  '.json': 'application/json',
};

/** GET /view: a file of one of the three folders. What a browser would run comes as octet-stream. */
export function view(request: StandInRequest, files: Files): StandInReply {
  const { query, headers } = request;
  const asked = query.get('filename');
  if (asked === null) return empty(404);
  const annotated = /^(.*?) ?\[(input|output|temp)\]$/.exec(asked);
  const name = annotated?.[1] ?? asked;
  if (name === '' || name.startsWith('/') || name.includes('..')) return empty(400);
  const folder = asFolder(annotated?.[2] ?? query.get('type') ?? 'output');
  if (!folder) return empty(400);
  const subfolder = posix.normalize(query.get('subfolder') || '.');
  if (subfolder.startsWith('/') || subfolder === '..' || subfolder.startsWith('../')) return empty(403);
  const filename = posix.basename(name);
  const file = files.read(folder, posix.join(subfolder, filename));
  if (!file) return empty(404);
  const disposition = { 'Content-Disposition': `filename="${filename}"` };
  if (query.has('preview') && file.picture) {
    // The real one knows webp, and makes it when nothing else is asked for; here every preview is a JPEG.
    const body = encodePicture(file.picture, 'jpeg');
    return { status: 200, headers: { ...disposition, 'Content-Type': 'image/jpeg' }, body };
  }
  const type = contentTypes[posix.extname(filename).toLowerCase()] ?? 'application/octet-stream';
  return sendFile({ ...disposition, 'Content-Type': type }, file, headers);
}

/** aiohttp's FileResponse: conditional and partial answers. */
export function sendFile(
  head: Readonly<Record<string, string>>,
  file: { bytes: Buffer; modified: Date; etag: string },
  request: StandInRequest['headers'],
): StandInReply {
  const modified = file.modified.toUTCString();
  const validators = { ...head, Etag: file.etag, 'Last-Modified': modified };
  const since = request['if-modified-since'];
  const unchanged =
    request['if-none-match'] === undefined
      ? since !== undefined && Date.parse(since) >= Date.parse(modified)
      : request['if-none-match'].split(/,\s*/).some((tag) => tag === file.etag || tag === '*');
  if (unchanged) return { status: 304, headers: validators };

  const size = file.bytes.length;
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.range ?? '');
  if (!range || (range[1] === '' && range[2] === '')) {
    return { status: 200, headers: { ...validators, 'Accept-Ranges': 'bytes' }, body: file.bytes };
  }
  const start = range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1]);
  const end = range[1] === '' || range[2] === '' ? size : Math.min(size, Number(range[2]) + 1);
  if (start >= size || end <= start) {
    const headers = { ...head, 'Content-Range': `bytes */${size}`, 'Transfer-Encoding': 'chunked' };
    return { status: 416, headers };
  }
  return {
    status: 206,
    headers: {
      ...validators,
      'Accept-Ranges': 'bytes',
      'Content-Range': `bytes ${start}-${end - 1}/${size}`,
    },
    body: file.bytes.subarray(start, end),
  };
}
