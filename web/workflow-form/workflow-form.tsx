import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { DropTarget } from '../components/drop-target.tsx';
import { FileButton } from '../components/file-button.tsx';
import { StartOutcome } from '../components/start-outcome.tsx';
import { exampleWorkflow } from '../example.ts';
import { counted } from '../format.ts';
import type { Reading } from '../workflow.ts';
import { choicesFor } from './choices.ts';
import { sortProblems } from './field-problems.ts';
import { FieldRow } from './field-row.tsx';
import { useWorkflow } from './use-workflow.ts';

interface WorkflowFormProps {
  /** Something runs or waits already. */
  readonly isBusy: boolean;
  /** A run was started that goes first: it is worth a look. */
  readonly onFirst: () => void;
}

/** A workflow to run: brought as a text, a file or a picture, and its inputs as a form. */
export function WorkflowForm({ isBusy, onFirst }: WorkflowFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const runButton = useRef<HTMLButtonElement>(null);
  const { text, reading, outcome, setText, change, takeFile, run } = useWorkflow();
  const fields = reading.ok ? reading.fields : [];
  const { byField, others } = sortProblems(fields, outcome.kind === 'refused' ? outcome.problems : []);
  // What is being typed must not be folded away under the cursor: only what was brought whole is.
  const [isTextOpen, setTextOpen] = useState(fields.length === 0);

  const takeAndFold = useCallback(
    async (file: File): Promise<void> => {
      if (!(await takeFile(file))) return;
      setTextOpen(false);
      runButton.current?.focus();
    },
    [takeFile],
  );

  const wasBusy = useRef(false);
  useEffect(() => {
    if (outcome.kind === 'queued' && !wasBusy.current) onFirst();
    if (outcome.kind !== 'refused') return;
    const field = form.current?.querySelector<HTMLElement>('.field [aria-invalid="true"]');
    if (field) field.focus();
    else form.current?.querySelector('.outcome')?.scrollIntoView({ block: 'nearest' });
    // Once, when it is refused: not again while one problem after the other is mended.
  }, [outcome.kind, onFirst]);

  return (
    <section class="card start" aria-labelledby="start-title">
      <h2 id="start-title">Run a workflow</h2>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          wasBusy.current = isBusy;
          void run(event.submitter?.id === 'run-anew' ? 'with a new seed' : 'as it is');
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          form.current?.requestSubmit();
        }}
      >
        {fields.length > 0 && (
          <div class="fields">
            {fields.map((field) => (
              <FieldRow
                key={field.key}
                field={field}
                problems={byField.get(field.key) ?? []}
                onChange={change}
              />
            ))}
          </div>
        )}
        <details
          class="source"
          open={isTextOpen || fields.length === 0}
          onToggle={(event) => setTextOpen(event.currentTarget.open)}
        >
          <summary hidden={fields.length === 0}>The workflow’s text</summary>
          <label for="workflow" class="hint">
            In API format (in ComfyUI: Workflow &gt; Export (API)). Paste it, or drop its file or a picture
            that ComfyUI made anywhere on this page.
          </label>
          <textarea
            id="workflow"
            aria-label="Workflow"
            spellcheck={false}
            autocomplete="off"
            placeholder={'{\n  "3": {\n    "class_type": "KSampler",\n    "inputs": { … }\n  }\n}'}
            value={text}
            aria-describedby="reading"
            onInput={(event) => {
              setTextOpen(true);
              setText(event.currentTarget.value);
            }}
          />
        </details>
        <p id="reading" class="hint" role="status">
          {text.trim() !== '' && outcome.kind !== 'refused' && inWords(reading)}
        </p>
        <div class="actions run-actions">
          <button type="submit" ref={runButton}>
            {outcome.kind === 'sending' ? 'Starting…' : 'Run'}
          </button>
          {fields.some(({ kind }) => kind === 'seed') && (
            <button type="submit" id="run-anew" class="quiet">
              Run with a new seed
            </button>
          )}
        </div>
        <div class="actions">
          <FileButton onFile={takeAndFold} />
          {text === '' ? (
            <button
              type="button"
              class="quiet"
              onClick={async () => {
                setText(exampleWorkflow(await choicesFor('CheckpointLoaderSimple', 'ckpt_name')));
                setTextOpen(false);
                runButton.current?.focus();
              }}
            >
              Try an example
            </button>
          ) : (
            <button type="button" class="quiet" onClick={() => setText('')}>
              Clear
            </button>
          )}
        </div>
        <StartOutcome
          outcome={outcome.kind === 'refused' ? { ...outcome, problems: others } : outcome}
          atFields={byField.size}
        />
      </form>
      <DropTarget onFile={takeAndFold} />
    </section>
  );
}

function inWords(reading: Reading): string {
  if (!reading.ok) return reading.problem;
  const nodes = `A workflow of ${counted(reading.nodeCount, 'node')}`;
  return reading.fields.length === 0 ? `${nodes}; none of its inputs is known to this form` : nodes;
}
