import { type Fields, fieldsOf, listOf, numberOf, parseFields, textOf } from './json.ts';
import type { EventMessage, ProgressMessage, StudioEvent } from './message.ts';
import type { NodeOutput, OutputItem, RunError, RunProgress, RunStatus, Severity, Starter } from './wire.ts';

const STATUSES: readonly RunStatus[] = ['queued', 'running', 'completed', 'error', 'cancelled', 'stalled'];
const STARTERS: readonly Starter[] = ['studio', 'editor', 'other'];
const SEVERITIES: readonly Severity[] = ['info', 'success', 'warning', 'error'];
const MEDIA: readonly OutputItem['media'][] = ['image', 'video', 'audio', 'file'];

/** A text frame of /api/run/ws: with `prompt_id` a run's progress, with `type` an event, else null. */
export function parseFrame(text: string): ProgressMessage | EventMessage | null {
  const fields = parseFields(text);
  if (fields === null) return null;
  if ('prompt_id' in fields) {
    const run = runOf(fields);
    return run && { type: 'progress', run };
  }
  const event = eventOf(fields);
  return event && { type: 'event', event };
}

/** An event, as the stream and GET /api/admin/events tell it; null when it is none. */
export function eventOf(fields: Fields): StudioEvent | null {
  const id = numberOf(fields.id);
  const type = textOf(fields.type);
  const timestamp = textOf(fields.timestamp);
  if (id === null || type === null || timestamp === null) return null;
  return {
    id,
    type,
    timestamp,
    severity: oneOf(SEVERITIES, fields.severity) ?? 'info',
    message: textOf(fields.message) ?? type,
    data: fieldsOf(fields.data) ?? {},
  };
}

/** A run's progress, as the stream and GET /api/run/status tell it; null when it is none. */
export function runOf(fields: Fields): RunProgress | null {
  const prompt_id = textOf(fields.prompt_id);
  const status = oneOf(STATUSES, fields.status);
  const queued_at = textOf(fields.queued_at);
  if (prompt_id === null || status === null || queued_at === null) return null;
  return {
    prompt_id,
    title: textOf(fields.title) ?? '',
    started_by: oneOf(STARTERS, fields.started_by) ?? 'other',
    status,
    node_id: textOf(fields.node_id),
    node_title: textOf(fields.node_title),
    node_type: textOf(fields.node_type),
    step: numberOf(fields.step) ?? 0,
    total_steps: numberOf(fields.total_steps) ?? 0,
    nodes_done: numberOf(fields.nodes_done) ?? 0,
    total_nodes: numberOf(fields.total_nodes) ?? 0,
    effective_total: numberOf(fields.effective_total) ?? 0,
    cached_count: numberOf(fields.cached_count) ?? 0,
    percent: numberOf(fields.percent) ?? 0,
    eta_seconds: numberOf(fields.eta_seconds),
    step_rate: numberOf(fields.step_rate),
    preview_seq: numberOf(fields.preview_seq) ?? 0,
    node_outputs: outputsOf(fields.node_outputs),
    error: errorOf(fields.error),
    queued_at,
    started_at: textOf(fields.started_at),
    ended_at: textOf(fields.ended_at),
  };
}

function outputsOf(value: unknown): Record<string, NodeOutput> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value) ?? {}).map(([id, output]) => [id, outputOf(id, fieldsOf(output) ?? {})]),
  );
}

function outputOf(id: string, fields: Fields): NodeOutput {
  return {
    node_title: textOf(fields.node_title) ?? id,
    node_type: textOf(fields.node_type) ?? '',
    items: listOf(fields.items).flatMap((item) => itemOf(fieldsOf(item) ?? {})),
  };
}

function itemOf(fields: Fields): OutputItem[] {
  const filename = textOf(fields.filename);
  if (filename === null) return [];
  const subfolder = textOf(fields.subfolder) ?? '';
  const type = textOf(fields.type) ?? 'output';
  return [{ filename, subfolder, type, media: oneOf(MEDIA, fields.media) ?? 'file' }];
}

function errorOf(value: unknown): RunError | null {
  const fields = fieldsOf(value);
  if (fields === null) return null;
  return {
    message: textOf(fields.message) ?? 'It failed, and ComfyUI did not say why',
    exception_type: textOf(fields.exception_type),
    node_id: textOf(fields.node_id),
    node_type: textOf(fields.node_type),
  };
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | null {
  return known.find((one) => one === value) ?? null;
}
