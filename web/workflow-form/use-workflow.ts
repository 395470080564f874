import { useCallback, useMemo, useState } from 'preact/hooks';
import { type Outcome, startWorkflow } from '../start-workflow.ts';
import { type Reading, readWorkflow } from '../workflow.ts';
import { withChanges, withNewSeeds } from './change.ts';
import type { Field } from './fields.ts';
import { readFile } from './read-file.ts';
import { rememberedWorkflow, rememberWorkflow } from './remembered.ts';

export interface WorkflowForm {
  /** The workflow. The fields are places in it, so there is nothing else to keep. */
  readonly text: string;
  readonly reading: Reading;
  readonly outcome: Outcome;
  setText(text: string): void;
  change(field: Field, value: string): void;
  /** Resolves to whether its text was taken. */
  takeFile(file: File): Promise<boolean>;
  run(how: 'as it is' | 'with a new seed'): Promise<void>;
}

/** A workflow that is being written, changed and run; this browser remembers it. */
export function useWorkflow(): WorkflowForm {
  const [text, keepText] = useState(rememberedWorkflow);
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const reading = useMemo(() => readWorkflow(text), [text]);

  const replaceText = useCallback((next: string) => {
    keepText(next);
    rememberWorkflow(next);
  }, []);
  const setText = useCallback(
    (next: string) => {
      replaceText(next);
      setOutcome({ kind: 'none' });
    },
    [replaceText],
  );
  const takeFile = useCallback(
    async (file: File) => {
      const read = await readFile(file);
      if (read.ok) setText(read.text);
      else setOutcome({ kind: 'refused', reason: read.problem, problems: [] });
      return read.ok;
    },
    [setText],
  );

  return {
    text,
    reading,
    outcome,
    setText,
    takeFile,
    change(field, value) {
      replaceText(withChanges(text, [{ field, value }]));
      setOutcome(withoutField(outcome, field));
    },
    async run(how) {
      if (outcome.kind === 'sending') return;
      const isRenewed = how === 'with a new seed' && reading.ok;
      const next = isRenewed ? withNewSeeds(text, reading.fields) : text;
      if (isRenewed) replaceText(next);
      setOutcome({ kind: 'sending' });
      setOutcome(await startWorkflow(readWorkflow(next)));
    },
  };
}

/** What was held against a field is no longer so once that is changed; the rest is. */
function withoutField(outcome: Outcome, { node, input }: Field): Outcome {
  if (outcome.kind !== 'refused') return outcome.kind === 'sending' ? outcome : { kind: 'none' };
  const problems = outcome.problems.flatMap((one) => {
    const left = one.problems.filter((problem) => one.id !== node || problem.input !== input);
    return left.length === 0 ? [] : [{ ...one, problems: left }];
  });
  return problems.length === 0 ? { kind: 'none' } : { ...outcome, problems };
}
