import type { StudioEvent } from '../events/event-log.ts';

/** The topics of one viewer's stream. */
export interface StreamTopics {
  readonly events: readonly string[];
  readonly progress: string;
  /** Images as they are. */
  readonly rawPreviews: string;
  /** Images with a head that says whose they are. */
  readonly taggedPreviews: string;
}

/** Everything of every run. */
export const TOPICS = {
  events: ['events'],
  progress: 'progress',
  rawPreviews: 'previews/raw',
  taggedPreviews: 'previews/tagged',
} as const satisfies StreamTopics;

/** Events that concern whoever waits for any run. */
const GENERAL_EVENTS = 'events/general';

/** What there is to know for somebody who waits for one run. The id is ComfyUI's or a stranger's: any string. */
export function topicsOfRun(promptId: string): StreamTopics {
  return {
    events: [GENERAL_EVENTS, `events/run/${promptId}`],
    progress: `${TOPICS.progress}/${promptId}`,
    rawPreviews: `${TOPICS.rawPreviews}/${promptId}`,
    taggedPreviews: `${TOPICS.taggedPreviews}/${promptId}`,
  };
}

/** All topics that an event goes to. A stream has at most one of them among its own. */
export function topicsOfEvent({ type, data }: Pick<StudioEvent, 'type' | 'data'>): readonly string[] {
  if (isGeneral(type)) return [...TOPICS.events, GENERAL_EVENTS];
  return typeof data.prompt_id === 'string'
    ? [...TOPICS.events, `events/run/${data.prompt_id}`]
    : TOPICS.events;
}

function isGeneral(type: StudioEvent['type']): boolean {
  return (
    type === 'comfyui.connected' ||
    type === 'comfyui.disconnected' ||
    type.startsWith('maintenance.') ||
    type.startsWith('system.')
  );
}
