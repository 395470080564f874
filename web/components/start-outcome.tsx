import { shortId } from '../format.ts';
import type { NodeProblem } from '../refusal.ts';
import type { Outcome } from '../start-workflow.ts';

/** What became of a press on Run, in words. */
export function StartOutcome({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome.kind) {
    case 'queued':
      return (
        <div class="outcome" role="status">
          <p class="success">Run {shortId(outcome.promptId)} is in the queue.</p>
          {outcome.leftOut.length > 0 && (
            <>
              <p class="warning">ComfyUI leaves some of it out:</p>
              <NodeProblems problems={outcome.leftOut} />
            </>
          )}
        </div>
      );
    case 'refused':
      return (
        <div class="outcome" role="alert">
          <p class="error">{outcome.reason}</p>
          <NodeProblems problems={outcome.problems} />
        </div>
      );
    default:
      return null;
  }
}

function NodeProblems({ problems }: { readonly problems: readonly NodeProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul class="node-problems">
      {problems.map(({ id, type, problems: words }) => (
        <li key={id}>
          <strong>{type}</strong> <span class="hint">node {id}</span>
          {words.map((word) => (
            <p key={word}>{word}</p>
          ))}
        </li>
      ))}
    </ul>
  );
}
