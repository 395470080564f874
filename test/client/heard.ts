import { EventEmitter, once } from 'node:events';
import type { Message } from '../../client/message.ts';

/** What a listener has heard. */
export interface Heard {
  readonly messages: readonly Message[];
  /** Ids of the events, in the order in which they came. */
  readonly eventIds: readonly number[];
  /** The states of the link, in order. */
  readonly links: readonly string[];
  readonly hear: (message: Message) => void;
  /** Resolves once what was heard so far is as wanted. */
  until(isEnough: (heard: Heard) => boolean): Promise<void>;
}

export function createHeard(): Heard {
  const messages: Message[] = [];
  const arrivals = new EventEmitter();
  const heard: Heard = {
    messages,
    get eventIds() {
      return messages.flatMap((message) => (message.type === 'event' ? [message.event.id] : []));
    },
    get links() {
      return messages.flatMap((message) => (message.type === 'link' ? [message.link.state] : []));
    },
    hear(message) {
      messages.push(message);
      arrivals.emit('message');
    },
    async until(isEnough) {
      while (!isEnough(heard)) await once(arrivals, 'message');
    },
  };
  return heard;
}
