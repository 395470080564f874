import type { StoredFile, UploadedImage } from '../../client/file-calls.ts';

/** What LoadImage calls a picture: its path in the input folder, with the folder in brackets when that is another one. */
export function inputName({ name, subfolder, type }: UploadedImage): string {
  const path = subfolder === '' ? name : `${subfolder}/${name}`;
  return type === 'input' ? path : `${path} [${type}]`;
}

/** The file that LoadImage means by a name. */
export function inputFile(name: string): StoredFile {
  const [, path = name, type = 'input'] = /^(.*?)(?: \[(input|output|temp)\])?$/.exec(name) ?? [];
  const slash = path.lastIndexOf('/');
  return { filename: path.slice(slash + 1), subfolder: slash < 0 ? '' : path.slice(0, slash), type };
}
