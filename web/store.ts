import type { PromptId, RunProgress, RunStatus } from '../core/runs/run.ts';
import type { Frame, SeenEvent } from './frames.ts';
import type { Link } from './link.ts';

/** The latest preview image; null as its run until the stream has told which one is running. */
export interface SeenPreview {
  readonly run: PromptId | null;
  readonly image: Blob;
}

/** All that the home page shows of Studio. */
export interface State {
  readonly link: Link;
  readonly comfyui: 'unknown' | 'connected' | 'disconnected';
  /** In the order of the list: running, queued, then those that are over, newest first. */
  readonly runs: readonly RunProgress[];
  /** Newest first. */
  readonly events: readonly SeenEvent[];
  readonly preview: SeenPreview | null;
  /** The run that was seen running last: it stays in view when it is over. */
  readonly watched: PromptId | null;
}

export type Action =
  | Frame
  | { readonly type: 'link'; readonly link: Link }
  | { readonly type: 'preview'; readonly image: Blob };

const EVENTS_SHOWN = 20;

export const INITIAL: State = {
  link: { state: 'connecting' },
  comfyui: 'unknown',
  runs: [],
  events: [],
  preview: null,
  watched: null,
};

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'link':
      return withLink(state, action.link);
    case 'run':
      return withRun(state, action.run);
    case 'event':
      return withEvent(state, action.event);
    case 'preview':
      return { ...state, preview: { run: running(state)?.prompt_id ?? null, image: action.image } };
  }
}

export function reduceAll(state: State, actions: readonly Action[]): State {
  return actions.reduce(reduce, state);
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

/** The latest event's id, for `since`; null when none was seen. */
export function latestEventId(state: State): number | null {
  return state.events[0]?.id ?? null;
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

function withEvent(state: State, event: SeenEvent): State {
  const latest = state.events[0];
  // Ids begin anew when Studio has lost its log; then the time tells that this is no repetition.
  const isNews = latest === undefined || event.id > latest.id || event.timestamp > latest.timestamp;
  if (!isNews) return state;
  return {
    ...state,
    events: [event, ...state.events].slice(0, EVENTS_SHOWN),
    comfyui: comfyuiAfter(event) ?? state.comfyui,
  };
}

function comfyuiAfter(event: SeenEvent): State['comfyui'] | null {
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
