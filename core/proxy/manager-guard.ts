import type { HttpError } from '../http/http-error.ts';

/** How much of a request has to be known to judge it. */
export type ManagerConcern = 'none' | 'judge' | 'judge-body';

export interface ManagerCall {
  readonly method: string;
  /** ComfyUI's own path, in the bytes that were sent. */
  readonly path: string;
  /** Without `?`, in the bytes that were sent. */
  readonly query: string;
  /** Parsed JSON; undefined when only method, path and query were to be judged. */
  readonly body: unknown;
}

/** Decides, before a request is passed on, whether ComfyUI Manager may be asked this. */
export interface ManagerGuard {
  concern(method: string, path: string, query: string): ManagerConcern;
  /** The refusal, or null. */
  judge(call: ManagerCall): HttpError | null;
}

/** Lets everything through. */
export const NO_MANAGER_GUARD: ManagerGuard = { concern: () => 'none', judge: () => null };
