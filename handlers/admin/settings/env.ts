import type { Context } from '../../../core/context.ts';
import { json, type Reply } from '../../../core/http/reply.ts';
import { describeSettings } from '../../../core/settings.ts';

/**
 * GET /api/admin/settings/env: `{groups: [{name, variables: [{name, help, default, set, sensitive, value}]}]}`. Of a
 * sensitive one `value` is its last 4 characters behind dots, or null.
 */
export function settingsEnv(context: Context): Reply {
  return json({ groups: describeSettings(context.config.given) });
}
