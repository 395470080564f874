import { useRef, useState } from 'preact/hooks';
import { exampleWorkflow } from '../example.ts';
import { counted } from '../format.ts';
import { type Outcome, startWorkflow } from '../start-workflow.ts';
import { readWorkflow } from '../workflow.ts';
import { DropTarget } from './drop-target.tsx';
import { FileButton } from './file-button.tsx';
import { StartOutcome } from './start-outcome.tsx';

/** The field for a workflow, and the button that runs it. */
export function StartRun() {
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const runButton = useRef<HTMLButtonElement>(null);
  const reading = readWorkflow(text);
  const isSending = outcome.kind === 'sending';

  function change(next: string): void {
    setText(next);
    setOutcome({ kind: 'none' });
  }
  function bring(next: string): void {
    change(next);
    runButton.current?.focus();
  }
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
          rows={10}
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
          {text.trim() === ''
            ? ''
            : reading.ok
              ? `A workflow of ${counted(reading.nodeCount, 'node')}`
              : reading.problem}
        </p>
        <div class="actions">
          <button type="submit" ref={runButton} disabled={isSending}>
            {isSending ? 'Starting…' : 'Run'}
          </button>
          <FileButton onText={bring} />
          {text === '' && (
            <button type="button" class="quiet" onClick={() => bring(exampleWorkflow())}>
              Try an example
            </button>
          )}
        </div>
        <StartOutcome outcome={outcome} />
      </form>
      <DropTarget onText={bring} />
    </section>
  );
}
