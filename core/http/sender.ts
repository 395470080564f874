import type { RequestHead } from './request.ts';

/** Who sent a request, as the record of events has it. */
export interface Sender {
  readonly ip: string;
  /** What the program calls itself: at most 200 characters, none of which a terminal would obey. */
  readonly user_agent: string;
}

const LONGEST_USER_AGENT = 200;

export function senderOf(request: Pick<RequestHead, 'ip' | 'header'>): Sender {
  return { ip: request.ip, user_agent: printable(request.header('user-agent')) };
}

/** Without control characters, line separators, and those that turn the direction of the text around them. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, LONGEST_USER_AGENT);
}
