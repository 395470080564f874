import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import { appPage } from './app-page.ts';

/** GET /security: posture, ComfyUI Manager's level, sessions, the audit trail. Drawn by web/security.tsx. */
export function securityPage(context: Context): Reply {
  return appPage(context, 'security.tsx', 'Security · ComfyUI Studio');
}
