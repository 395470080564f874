import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { type Sender, senderOf } from '../../core/http/sender.ts';
import { isLowering, type SecurityLevel } from '../../core/proxy/manager-level.ts';
import { confirm } from '../confirm.ts';

const Wanted = z.object({
  level: z.enum(['strong', 'normal', 'weak'], 'must be "strong", "normal" or "weak"'),
  api_key: z.string().max(1024).optional(),
});

/**
 * PUT /api/admin/manager/security-level `{level, api_key?}`: holds ComfyUI Manager to that level from now on.
 * 200 `{level, previous, config: {written, path | reason}, note}`. Lowering it must be confirmed with the key itself:
 * 401, 403, 429 as `confirm` says.
 */
export function putSecurityLevel(context: Context, request: Request): Reply {
  const { level, api_key } = request.json(Wanted);
  const previous = context.managerLevel.get();
  if (isLowering(previous, level)) confirm(context, request, api_key);
  const config = context.managerLevel.set(level);
  if (level !== previous) tell(context, previous, level, senderOf(request));
  const note = config.written
    ? 'Studio holds ComfyUI Manager to this level from now on. Manager itself reads config.ini when it starts: restart ComfyUI for it to know.'
    : 'Studio holds ComfyUI Manager to this level from now on. Manager itself does not know of it: its config.ini was not written.';
  return json({ level, previous, config, note });
}

function tell(context: Context, old: SecurityLevel, level: SecurityLevel, by: Sender): void {
  context.events.append({
    type: 'manager.security_level.changed',
    severity: isLowering(old, level) ? 'warning' : 'info',
    message: `ComfyUI Manager's security level went from ${old} to ${level}`,
    data: { old, new: level, ...by },
  });
}
