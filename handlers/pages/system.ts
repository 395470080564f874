import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import { appPage } from './app-page.ts';

/** GET /system: status, update, maintenance, settings. Drawn by web/system.tsx. */
export function systemPage(context: Context): Reply {
  return appPage(context, 'system.tsx', 'System · ComfyUI Studio');
}
