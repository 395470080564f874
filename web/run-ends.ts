import type { Message } from '../client/message.ts';
import type { PromptId, RunProgress } from '../client/wire.ts';
import { isOpen } from './store.ts';

/** More runs than a queue ever holds. */
const MOST = 1000;

/** Tells of each run that ended while this page knew of it, once: also of one that ended while the connection was lost. */
export function createEndWatch(): (message: Message) => RunProgress | null {
  const open = new Set<PromptId>();
  return (message) => {
    if (message.type !== 'progress') return null;
    const { run } = message;
    if (!isOpen(run.status)) return open.delete(run.prompt_id) ? run : null;
    if (open.size < MOST) open.add(run.prompt_id);
    return null;
  };
}
