import type { Link } from '../client/link.ts';
import type { Message, Preview, StudioEvent } from '../client/message.ts';
import type { PromptId, RunProgress, RunStatus } from '../client/wire.ts';

/** The latest preview; null as its run until it is known which one that is. */
export interface SeenPreview {
  readonly run: PromptId | null;
  readonly preview: Preview;
}

/** What the stream told of Studio so far: all pages show it. */
export interface State {
  readonly link: Link;
  readonly comfyui: 'unknown' | 'connected' | 'disconnected';
  /** In the order of the list: running, queued, then those that are over, newest first. */
  readonly runs: readonly RunProgress[];
  /** Newest first; what an update prints is not among them. */
  readonly events: readonly StudioEvent[];
  /** What an update printed, oldest first. */
  readonly updateOutput: readonly StudioEvent[];
  /** Studio is being worked on: whoever is connected stays so. */
  readonly isMaintained: boolean;
  /** How many progress frames came, for a chart of them. */
  readonly progressCount: number;
  readonly preview: SeenPreview | null;
  /** The run that was seen running last: it stays in view when it is over. */
  readonly watched: PromptId | null;
}

const EVENTS_KEPT = 200;

/** Of update.output events, each of which may hold many lines. */
const OUTPUTS_KEPT = 1000;

export const INITIAL: State = {
  link: { state: 'connecting' },
  comfyui: 'unknown',
  runs: [],
  events: [],
  updateOutput: [],
  isMaintained: false,
  progressCount: 0,
  preview: null,
  watched: null,
};

export function reduce(state: State, message: Message): State {
  switch (message.type) {
    case 'link':
      return withLink(state, message.link);
    case 'progress':
      return { ...withRun(state, message.run), progressCount: state.progressCount + 1 };
    case 'event':
      return withEvent(state, message.event);
    case 'preview':
      return withPreview(state, message.preview);
  }
}

export function reduceAll(state: State, messages: readonly Message[]): State {
  return messages.reduce(reduce, state);
}

export function isOpen(status: RunStatus): boolean {
  return status === 'queued' || status === 'running';
}

/** The run to show large: the one that runs, else the next one, else the one that ran last while this page looked on. */
export function runInView(state: State): RunProgress | null {
  return (
    state.runs.find((run) => isOpen(run.status)) ??
    state.runs.find((run) => run.prompt_id === state.watched) ??
    null
  );
}

/** A new connection begins with every run that Studio knows: what it does not name is gone. */
function withLink(state: State, link: Link): State {
  return link.state === 'live' ? { ...state, link, runs: [] } : { ...state, link };
}

function withRun(state: State, run: RunProgress): State {
  const others = state.runs.filter((other) => other.prompt_id !== run.prompt_id);
  const next = { ...state, runs: [...others, run].sort(byPlace) };
  if (!isCurrent(state, run)) return next;
  const { preview } = state;
  const isItsOwn = preview !== null && (preview.run === null || preview.run === run.prompt_id);
  return {
    ...next,
    watched: run.prompt_id,
    preview: isItsOwn ? { ...preview, run: run.prompt_id } : null,
  };
}

/** Whether it runs, or has just ended without being seen to run: a short one can be over between two frames. */
function isCurrent(state: State, run: RunProgress): boolean {
  if (isOpen(run.status)) return run.status === 'running';
  const before = state.runs.find((known) => known.prompt_id === run.prompt_id);
  const current = running(state);
  return before !== undefined && isOpen(before.status) && (current === undefined || current === before);
}

/** An older Studio does not say whose it is: then it is of the run that runs. */
function withPreview(state: State, preview: Preview): State {
  return { ...state, preview: { run: preview.prompt_id ?? running(state)?.prompt_id ?? null, preview } };
}

function withEvent(state: State, event: StudioEvent): State {
  if (event.type === 'update.output')
    return { ...state, updateOutput: [...state.updateOutput, event].slice(-OUTPUTS_KEPT) };
  return {
    ...state,
    events: [event, ...state.events].slice(0, EVENTS_KEPT),
    comfyui: comfyuiAfter(event) ?? state.comfyui,
    isMaintained: isMaintainedAfter(event) ?? state.isMaintained,
  };
}

/** It lives in Studio's process only: a start ends it too. */
function isMaintainedAfter({ type }: StudioEvent): boolean | null {
  if (type === 'maintenance.entered') return true;
  return type === 'maintenance.left' || type === 'system.backend.started' ? false : null;
}

function comfyuiAfter(event: StudioEvent): State['comfyui'] | null {
  if (event.type === 'comfyui.connected') return 'connected';
  return event.type === 'comfyui.disconnected' ? 'disconnected' : null;
}

function running(state: State): RunProgress | undefined {
  return state.runs.find((run) => run.status === 'running');
}

const PLACES = { running: 0, queued: 1, completed: 2, error: 2, cancelled: 2, stalled: 2 } as const;

function byPlace(one: RunProgress, other: RunProgress): number {
  const place = PLACES[one.status] - PLACES[other.status];
  if (place !== 0) return place;
  return isOpen(one.status)
    ? one.queued_at.localeCompare(other.queued_at)
    : (other.ended_at ?? '').localeCompare(one.ended_at ?? '');
}
