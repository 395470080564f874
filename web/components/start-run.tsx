import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { exampleWorkflow } from '../example.ts';
import { counted } from '../format.ts';
import { type Outcome, startWorkflow } from '../start-workflow.ts';
import { fileProblem, type Reading, readWorkflow } from '../workflow.ts';
import { DropTarget } from './drop-target.tsx';
import { FileButton } from './file-button.tsx';
import { StartOutcome } from './start-outcome.tsx';

/** The field for a workflow, and the button that runs it. */
export function StartRun() {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const runButton = useRef<HTMLButtonElement>(null);
  const reading = useMemo(() => readWorkflow(text), [text]);
  const isSending = outcome.kind === 'sending';

  function change(next: string): void {
    setText(next);
    setOutcome({ kind: 'none' });
  }
  const bring = useCallback((next: string): void => {
    setText(next);
    setOutcome({ kind: 'none' });
    runButton.current?.focus();
  }, []);
  const bringFile = useCallback(
    async (file: File): Promise<void> => {
      const reason = fileProblem(file);
      if (reason === null) bring(await file.text());
      else setOutcome({ kind: 'refused', reason, problems: [] });
    },
    [bring],
  );
  async function run(): Promise<void> {
    if (isSending) return;
    setOutcome({ kind: 'sending' });
    setOutcome(await startWorkflow(reading));
  }

  return (
    <section class="card start" aria-labelledby="start-title">
      <h2 id="start-title">Run a workflow</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <label for="workflow" class="hint">
          In API format (in ComfyUI: Workflow &gt; Export (API)). Paste it, or drop its file anywhere on this
          page.
        </label>
        <textarea
          id="workflow"
          spellcheck={false}
          autocomplete="off"
          placeholder={'{\n  "3": {\n    "class_type": "KSampler",\n    "inputs": { … }\n  }\n}'}
          value={text}
          aria-describedby="reading"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
          }}
        />
        <p id="reading" class="hint" role="status">
          {text.trim() !== '' && outcome.kind !== 'refused' && inWords(reading)}
        </p>
        <div class="actions">
          <button type="submit" ref={runButton}>
            {isSending ? 'Starting…' : 'Run'}
          </button>
          <FileButton onFile={bringFile} />
          {text === '' && (
            <button type="button" class="quiet" onClick={() => bring(exampleWorkflow())}>
              Try an example
            </button>
          )}
        </div>
        <StartOutcome outcome={outcome} />
      </form>
      <DropTarget onFile={bringFile} />
    </section>
  );
}

function inWords(reading: Reading): string {
  return reading.ok ? `A workflow of ${counted(reading.nodeCount, 'node')}` : reading.problem;
}
