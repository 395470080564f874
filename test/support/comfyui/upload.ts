import { posix } from 'node:path';
import { asFolder, type Files, type Folder } from './files.ts';
import { empty, json, type StandInReply, type StandInRequest, serverError } from './http.ts';

/** POST /upload/image and /upload/mask: multipart fields image, type, subfolder, overwrite. */
export async function upload(request: StandInRequest, files: Files): Promise<StandInReply> {
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/form-data')) return empty(400);
  const form = await readForm(request.body, contentType);
  if (!form) return serverError();
  const folder = asFolder(text(form, 'type') ?? 'input');
  if (!folder) return serverError();
  const image = form.get('image');
  if (image === null) return empty(400);
  if (typeof image === 'string' || image.name === '' || image.name.startsWith('/')) return serverError();
  const subfolder = text(form, 'subfolder') ?? '';
  const target = posix.join(posix.normalize(subfolder || '.'), image.name);
  if (target.startsWith('../') || target.startsWith('/')) return empty(400);

  const bytes = Buffer.from(await image.arrayBuffer());
  const overwrite = text(form, 'overwrite');
  const replace = overwrite === 'true' || overwrite === '1';
  const name = replace ? image.name : freeName(files, folder, subfolder, image.name, bytes);
  files.write(folder, posix.join(subfolder, name), bytes);
  return json({ name, subfolder, type: folder });
}

/** `x.png`, or `x (1).png` and so on when other bytes have the name already. */
function freeName(files: Files, folder: Folder, subfolder: string, name: string, bytes: Buffer): string {
  const extension = posix.extname(name);
  const stem = name.slice(0, name.length - extension.length);
  let candidate = name;
  for (let counter = 1; ; counter++) {
    const there = files.read(folder, posix.join(subfolder, candidate));
    if (!there || there.bytes.equals(bytes)) return candidate;
    candidate = `${stem} (${counter})${extension}`;
  }
}

async function readForm(body: Buffer, contentType: string): Promise<FormData | undefined> {
  try {
    return await new Response(body, { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}

function text(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  return typeof value === 'string' ? value : undefined;
}
