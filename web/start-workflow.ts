import { fieldsOf } from '../client/json.ts';
import { type NodeProblem, nodeProblems } from './refusal.ts';
import { failureOf, studio } from './studio.ts';
import type { Reading } from './workflow.ts';

/** What became of a press on Run. */
export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending' }
  /** `leftOut`: what ComfyUI will not do of it; the rest runs. */
  | { readonly kind: 'queued'; readonly promptId: string; readonly leftOut: readonly NodeProblem[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly problems: readonly NodeProblem[] };

/** Sends a workflow that was read well. */
export async function startWorkflow(reading: Reading): Promise<Outcome> {
  if (!reading.ok) return { kind: 'refused', reason: reading.problem, problems: [] };
  try {
    const { prompt_id, node_errors } = await studio.start(reading.body);
    return { kind: 'queued', promptId: prompt_id, leftOut: nodeProblems(node_errors) };
  } catch (error) {
    const { detail, body } = failureOf(error);
    const problems = nodeProblems(fieldsOf(body)?.node_errors);
    // ComfyUI's own words name the first problem only, or all of them again.
    return {
      kind: 'refused',
      reason: problems.length > 0 ? 'ComfyUI cannot run this workflow as it is:' : detail,
      problems,
    };
  }
}
