import { z } from 'zod';
import { type BodyVerdict, judgedBy } from './manager-verdict.ts';

/** `name@version` is how Manager joins the two, and a URL is a name to it: neither may hide in one of them. */
const NAME = /^[\w.-]{1,200}$/;
const VERSION = /^[\w.+-]{1,100}$/;

const Version = z
  .string('its version is not a text')
  .regex(VERSION, 'its version is none that the registry could have')
  .refine((version) => !/^(?:unknown|nightly)$/i.test(version), {
    error: ({ input }) => `its version is "${input}", which comes from a git repository`,
  });

const Pack = z
  .looseObject(
    {
      id: z.string('it names no node of the registry').regex(NAME, 'it names no node of the registry'),
      version: Version.nullish(),
      selected_version: Version.nullish(),
      channel: z.enum(['default', 'local'], 'its channel is neither "default" nor "local"').nullish(),
      files: z.array(z.string('its files are not a list of addresses'), 'its files are not a list').nullish(),
      repository: z.string('its repository is not an address').nullish(),
      reference: z.string('its reference is not an address').nullish(),
    },
    'it is not the description of one node',
  )
  .refine(
    ({ version, selected_version }) => (version ?? selected_version ?? null) !== null,
    'it has no version',
  )
  .refine(({ files, repository, reference }) => {
    const own = [repository, reference].flatMap((url) => (typeof url === 'string' ? [sameUrl(url)] : []));
    return (files ?? []).every((url) => own.includes(sameUrl(url)));
  }, 'its files come from elsewhere than its repository');

/**
 * A node from the registry, by its number. Such a node's address is the registry's to say: versions 3 and 4 of Manager
 * do not read what the body says of it, older ones clone it unasked. So `files`, `repository` and `pip` do not go on.
 */
export function judgeRegistered(body: unknown): BodyVerdict {
  const verdict = judgedBy(Pack, body);
  if (!verdict.allow) return verdict;
  const { files, repository, pip, ...rest } = verdict.body;
  return { allow: true, body: rest };
}

/** Two addresses of one repository: with and without .git, a slash at the end, capitals. */
function sameUrl(url: string): string {
  return url
    .trim()
    .toLowerCase()
    .replace(/(?:\.git)?\/*$/, '');
}
