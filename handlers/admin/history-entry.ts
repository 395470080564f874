import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { exactJson, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';

/**
 * GET /api/admin/history/{prompt_id}: `{run, node_errors, timings, prompt}`, all that is remembered of a run: `prompt` is the
 * workflow in API format, `node_errors` what ComfyUI held against nodes that it left out, `timings` how long each node took
 * (NodeTiming), as far as it was seen. 404 when not known.
 */
export function historyEntry({ runs }: Context, request: Request): Reply {
  const id = request.params.prompt_id ?? '';
  const record = runs.record(id);
  if (!record?.accepted) throw new HttpError(404, 'No such run');
  return exactJson({
    run: runs.get(id) ?? record.run,
    node_errors: record.nodeErrors,
    timings: runs.timingsOf(id),
    prompt: runs.promptOf(id) ?? {},
  });
}
