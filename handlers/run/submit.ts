import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { ComfyuiRefusal, type RunAccepted, type RunRequest } from '../../core/runs/runs.ts';
import { StorageUnwritable } from '../../core/storage/storage.ts';
import { orUnreachable } from './unreachable.ts';

/**
 * Queues a run at ComfyUI. Throws HttpError: 400 with ComfyUI's own words when it refuses the workflow, 413 or 429 likewise, 502
 * when it will not talk to Studio, 503 when it does not answer, 507 when there is no room to write the run down.
 */
export async function submit(context: Context, run: RunRequest): Promise<RunAccepted> {
  try {
    return await orUnreachable(context.runs.submit(run));
  } catch (error) {
    if (error instanceof ComfyuiRefusal) throw refused(error);
    if (error instanceof StorageUnwritable) throw NO_ROOM;
    throw error;
  }
}

/** What is wrong with the workflow or its moment is told as ComfyUI told it; any other refusal is between it and Studio. */
const PASSED_ON = [400, 413, 429];

const Details = z.object({ error: z.unknown(), node_errors: z.unknown() }).partial();

function refused(refusal: ComfyuiRefusal): HttpError {
  if (!PASSED_ON.includes(refusal.status)) {
    // Not 401 or 403, which would say that the caller's own login is bad.
    return new HttpError(502, `ComfyUI refuses to take runs from Studio (status ${refusal.status})`);
  }
  return new HttpError(refusal.status, refusal.message, {
    extra: Details.safeParse(refusal.body).data ?? {},
  });
}

/** RFC 4918, 11.5. */
const NO_ROOM = new HttpError(
  507,
  'There is no room left to write the run down, so it was not started. Make room on the disk that holds STUDIO_DIR, then try again.',
);
