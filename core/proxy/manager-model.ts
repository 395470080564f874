import { z } from 'zod';
import { type BodyVerdict, judgedBy } from './manager-verdict.ts';

/** One name, without a folder, a drive or a stream in it. */
const FILE = /^[^/\\:\p{Cc}]+\.safetensors$/u;

const Model = z.looseObject(
  {
    filename: z
      .string('it names no file')
      .max(255, 'its filename is too long')
      .regex(FILE, 'its filename is not that of a .safetensors file'),
    save_path: z
      .string('it has no save_path')
      .refine(isAmongModels, 'its save_path is not a folder among the models'),
    // What Manager opens knows file: and ftp: as well.
    url: z.string('it has no url').regex(/^https?:\/\//i, 'its url is not an http address'),
  },
  'it is not the description of one model',
);

/** A model in the one format that holds no program, downloaded to where no program is looked for. */
export function judgeModel(body: unknown): BodyVerdict {
  return judgedBy(Model, body);
}

/** `default`, or a path below the folder of models that does not lead out of it, nor to custom_nodes. */
function isAmongModels(path: string): boolean {
  if (path.length > 255 || /[:\\\p{Cc}]|^[/~]/u.test(path)) return false;
  return path
    .normalize('NFKC')
    .split('/')
    .every((part) => !/^\.{1,2}\s*$/.test(part) && !/^\s*custom_nodes/i.test(part));
}
