import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import { appPage } from './app-page.ts';

/** GET /history: what all runs have made; with `?run=<prompt_id>` one of them. Drawn by web/history.tsx. */
export function historyPage(context: Context): Reply {
  return appPage(context, 'history.tsx', 'History · ComfyUI Studio');
}
