import { HttpError } from '../../core/http/http-error.ts';
import { ComfyuiUnreachable } from '../../core/runs/runs.ts';

/** Turns ComfyuiUnreachable into 503 with Retry-After. */
export async function orUnreachable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ComfyuiUnreachable) {
      throw new HttpError(503, 'ComfyUI does not answer. Studio keeps trying to reach it.', {
        headers: { 'Retry-After': '3' },
      });
    }
    throw error;
  }
}
