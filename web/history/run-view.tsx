import type { RefObject } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { resultPath } from '../../client/file-calls.ts';
import type { HistoryEntry } from '../../client/history-calls.ts';
import { Media } from '../components/media.tsx';
import { NodeProblems } from '../components/node-problems.tsx';
import { OutputStrip } from '../components/output-strip.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { shortId } from '../format.ts';
import { outputsOf, pathOf } from '../outputs.ts';
import { nodeProblems } from '../refusal.ts';
import { isOpen } from '../store.ts';
import { readWorkflow } from '../workflow.ts';
import { NodeTimings } from './node-timings.tsx';
import { RunActions } from './run-actions.tsx';
import { RunTimes } from './run-times.tsx';

interface RunViewProps {
  readonly entry: HistoryEntry;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly onStarted: (id: string) => void;
  readonly onDeleted: () => void;
}

/** What a run made, of what, when and how it ended. */
export function RunView({ entry, heading, onStarted, onDeleted }: RunViewProps) {
  const { run, prompt } = entry;
  const reading = useMemo(() => readWorkflow(prompt), [prompt]);
  const items = outputsOf(run);
  const [chosen, setChosen] = useState(0);
  const item = items[chosen] ?? items[0];
  const title = run.title === '' ? `Run ${shortId(run.prompt_id)}` : run.title;
  const leftOut = nodeProblems(entry.node_errors);

  return (
    <div class="detail-columns">
      <section class="card detail-media" aria-label="What it made">
        <div class={item === undefined ? 'frame is-empty' : 'frame'}>
          {item === undefined ? (
            <p class="hint">{isOpen(run.status) ? 'It has made no file yet' : 'It made no file'}</p>
          ) : (
            <Media key={pathOf(item)} item={item} alt={`${title}: ${pathOf(item)}`} />
          )}
        </div>
        <OutputStrip items={items} chosen={chosen} onChoose={setChosen} />
        {item !== undefined && (
          <p class="detail-file">
            <code>{pathOf(item)}</code>
            <a
              class="button quiet small"
              href={resultPath(run.prompt_id, { index: chosen, download: true })}
              download={item.filename}
            >
              Download
            </a>
          </p>
        )}
      </section>
      <section class="card detail-facts" aria-labelledby="run-title">
        <p class="live-status">
          <StatusBadge status={run.status} />
          <code title={run.prompt_id}>{shortId(run.prompt_id)}</code>
        </p>
        <h2 id="run-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {run.error !== null && (
          <div class="failure">
            <p>
              <strong>{run.node_title ?? run.error.node_type ?? 'ComfyUI'}</strong>
              {run.error.node_id !== null && <span class="hint"> node {run.error.node_id}</span>}
            </p>
            <p class="error">{run.error.message}</p>
          </div>
        )}
        {isOpen(run.status) && (
          <p class="hint">
            It is not over yet: <a href="/home">watch it live</a>.
          </p>
        )}
        {leftOut.length > 0 && (
          <>
            <p class="warning">ComfyUI left some of it out:</p>
            <NodeProblems nodes={leftOut} />
          </>
        )}
        <RunActions entry={entry} reading={reading} onStarted={onStarted} onDeleted={onDeleted} />
        <RunTimes run={run} />
        {reading.ok && reading.fields.length > 0 && (
          <>
            <h3>Inputs</h3>
            <dl class="inputs">
              {reading.fields.map((field) => (
                <div key={field.key} class={`is-${field.kind}`}>
                  <dt>{field.label}</dt>
                  <dd>{field.value === '' ? '–' : field.value}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
        <NodeTimings timings={entry.timings} prompt={prompt} />
        <NodeOutputs run={run} />
      </section>
    </div>
  );
}

/** Which node made what: of use when several did. */
function NodeOutputs({ run }: Pick<HistoryEntry, 'run'>) {
  const outputs = Object.entries(run.node_outputs).filter(([, { items }]) => items.length > 0);
  if (outputs.length < 2) return null;
  return (
    <>
      <h3>Files by node</h3>
      <dl class="inputs">
        {outputs.map(([id, { node_title, items }]) => (
          <div key={id} class="is-text">
            <dt>
              {node_title} <span>node {id}</span>
            </dt>
            {items.map((item) => (
              <dd key={pathOf(item)}>
                {pathOf(item)}
                {item.type !== 'output' && <span class="hint"> ({item.type})</span>}
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </>
  );
}
