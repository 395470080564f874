import type { RunProgress } from '../client/wire.ts';
import { duration, secondsBetween } from './format.ts';
import { remember, remembered } from './remembered.ts';

/** `blocked`: the browser's own settings say no, and no page can ask again. `impossible`: only an installed app may, as on phones. */
export type NotifyState = 'unavailable' | 'impossible' | 'off' | 'on' | 'blocked';

export function notifyState(): NotifyState {
  if (!('Notification' in window) || !window.isSecureContext) return 'unavailable';
  if (Notification.permission === 'denied') return 'blocked';
  if (!isPossible()) return 'impossible';
  return Notification.permission === 'granted' && remembered('notify') === 'on' ? 'on' : 'off';
}

let possible: boolean | null = null;

/**
 * Whether a page may do it by itself. Chrome on Android has the class, and its constructor throws: there it takes a service
 * worker, which is more power over this origin than a message is worth. Without a permission the try shows nothing.
 */
function isPossible(): boolean {
  if (possible === null && Notification.permission !== 'granted') possible = tell('', {}) !== null;
  return possible ?? true;
}

function tell(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}

/** Asks for permission, so only to be called when a button was pressed. */
export async function switchNotify(isWanted: boolean): Promise<NotifyState> {
  remember('notify', isWanted ? 'on' : 'off');
  if (isWanted) await Notification.requestPermission();
  return notifyState();
}

/** Tells that a run is over, when that is wanted and nobody looks at this page. Several tabs make one notification. */
export function notifyOfEnd(run: RunProgress): void {
  if (!document.hidden || notifyState() !== 'on') return;
  const { title, body } = endInWords(run);
  possible = tell(title, { body, tag: run.prompt_id, icon: '/static/icon.svg' }) !== null;
}

const TITLES: Readonly<Partial<Record<RunProgress['status'], string>>> = {
  completed: 'The run is done',
  error: 'The run failed',
  cancelled: 'The run was cancelled',
  stalled: 'The run was lost',
};

export function endInWords(run: RunProgress): { readonly title: string; readonly body: string } {
  const took =
    run.started_at !== null && run.ended_at !== null
      ? `After ${duration(secondsBetween(run.started_at, run.ended_at))}`
      : '';
  return { title: TITLES[run.status] ?? 'The run is over', body: run.error?.message ?? took };
}
