import type { Link } from '../client/link.ts';
import type { Message, Preview, StudioEvent } from '../client/message.ts';
import type { PromptId, RunProgress, RunStatus } from '../client/wire.ts';

/** The latest preview; null as its run until it is known which one that is. */
export interface SeenPreview {
  readonly run: PromptId | null;
  readonly preview: Preview;
}

/** All that the home page shows of Studio. */
export interface State {
  readonly link: Link;
  readonly comfyui: 'unknown' | 'connected' | 'disconnected';
  /** In the order of the list: running, queued, then those that are over, newest first. */
  readonly runs: readonly RunProgress[];
  /** Newest first. */
  readonly events: readonly StudioEvent[];
  readonly preview: SeenPreview | null;
  /** The run that was seen running last: it stays in view when it is over. */
  readonly watched: PromptId | null;
}

const EVENTS_SHOWN = 20;

export const INITIAL: State = {
  link: { state: 'connecting' },
  comfyui: 'unknown',
  runs: [],
  events: [],
  preview: null,
  watched: null,
};

export function reduce(state: State, message: Message): State {
  switch (message.type) {
    case 'link':
      return withLink(state, message.link);
    case 'progress':
      return withRun(state, message.run);
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
  return {
    ...state,
    events: [event, ...state.events].slice(0, EVENTS_SHOWN),
    comfyui: comfyuiAfter(event) ?? state.comfyui,
  };
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
