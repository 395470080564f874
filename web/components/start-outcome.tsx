import { counted, shortId } from '../format.ts';
import type { Outcome } from '../start-workflow.ts';
import { NodeProblems } from './node-problems.tsx';

interface StartOutcomeProps {
  readonly outcome: Outcome;
  /** How many fields show a problem of their own. */
  readonly atFields: number;
}

/** What became of a press on Run, in words. */
export function StartOutcome({ outcome, atFields }: StartOutcomeProps) {
  switch (outcome.kind) {
    case 'queued':
      return (
        <div class="outcome" role="status">
          <p class="success">Run {shortId(outcome.promptId)} is in the queue.</p>
          {outcome.leftOut.length > 0 && (
            <>
              <p class="warning">ComfyUI leaves some of it out:</p>
              <NodeProblems nodes={outcome.leftOut} />
            </>
          )}
        </div>
      );
    case 'refused':
      return (
        <div class="outcome" role="alert">
          <p class="error">{outcome.reason}</p>
          {atFields > 0 && (
            <p class="error">
              {counted(atFields, 'field')} above {atFields === 1 ? 'says' : 'say'} why.
            </p>
          )}
          <NodeProblems nodes={outcome.problems} />
        </div>
      );
    default:
      return null;
  }
}
