import { type Answer, failureOf, goToLogin, startRun } from './api.ts';
import { textOf } from './json.ts';
import { type NodeProblem, nodeProblems } from './refusal.ts';
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
  return outcomeOf(await startRun(reading.body));
}

function outcomeOf(answer: Answer): Outcome {
  const { status, body } = answer;
  if (status === 401) goToLogin();
  const problems = nodeProblems(body.node_errors);
  const promptId = textOf(body.prompt_id);
  return status === 200 && promptId !== null
    ? { kind: 'queued', promptId, leftOut: problems }
    : {
        kind: 'refused',
        // ComfyUI's own words name the first problem only, or all of them again.
        reason: problems.length > 0 ? 'ComfyUI cannot run this workflow as it is:' : failureOf(answer),
        problems,
      };
}
