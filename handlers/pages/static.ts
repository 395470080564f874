import type { Asset, Variant } from '../../core/assets.ts';
import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { empty, file, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';

const PREFIX = '/static/';

/** GET /static/*: the built browser files, from memory, in the best encoding that the client takes; 304 when it has them. */
export function staticFile(context: Context, request: Request): Reply {
  const asset = context.assets.get(request.path.slice(PREFIX.length));
  if (asset === undefined) throw new HttpError(404, 'Not found');
  const variant = bestVariant(asset, request.header('accept-encoding'));
  return matches(request.header('if-none-match'), variant.headers.ETag ?? '')
    ? empty(304, variant.headers)
    : file(variant.bytes, variant.headers);
}

/** RFC 9110, 12.5.3, as far as clients use it: an encoding that is named, and not with a weight of 0. */
function bestVariant({ variants }: Asset, accepted: string): Variant {
  if (accepted === '') return variants.identity;
  const accepts = (encoding: string) =>
    accepted.split(',').some((part) => {
      const [name, weight] = part.split(';');
      return name?.trim().toLowerCase() === encoding && !/^\s*q=0(\.0*)?\s*$/i.test(weight ?? '');
    });
  return (accepts('br') && variants.br) || (accepts('gzip') && variants.gzip) || variants.identity;
}

/** RFC 9110, 13.1.2: a list of validators, compared weakly. */
function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === '') return false;
  return ifNoneMatch
    .split(',')
    .some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}
