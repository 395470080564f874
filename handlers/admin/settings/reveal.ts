import { z } from 'zod';
import type { Context } from '../../../core/context.ts';
import { HttpError } from '../../../core/http/http-error.ts';
import { json, type Reply } from '../../../core/http/reply.ts';
import type { Request } from '../../../core/http/request.ts';
import { settingText } from '../../../core/settings.ts';
import { confirm } from '../../confirm.ts';

const Body = z.object({ name: z.string().max(100), api_key: z.string().max(1024).optional() });

/**
 * POST /api/admin/settings/reveal `{name, api_key?}`: `{name, value}`, the whole text of one variable; null: it is not set.
 * To be confirmed with the key itself: 401, 403, 429 as `confirm` says. 404: there is no such variable.
 */
export function revealSetting(context: Context, request: Request): Reply {
  const { name, api_key } = request.json(Body);
  confirm(context, request, api_key);
  // The key in force: it may lie in a file, and it may have been changed.
  const value = name === 'API_KEY' ? context.rotation.key.key : settingText(context.config.given, name);
  if (value === undefined) throw new HttpError(404, 'There is no such variable');
  return json({ name, value });
}
