import { json, type Reply } from '../core/http/reply.ts';

// Always the same: built once.
const OK = json({ status: 'ok' });

/** GET /api/health: Studio itself answers. It says nothing of ComfyUI, so that a supervisor does not restart the wrong one. */
export function health(): Reply {
  return OK;
}
