import type { EventLog } from '../events/event-log.ts';
import type { RequestHead, Seconds } from '../http/request.ts';
import { type Sender, senderOf } from '../http/sender.ts';
import { type ManagerBody, readManagerBody, TOO_LARGE, writeManagerBody } from './manager-body.ts';
import { judgeManagerCall, type ManagerCall, managerConcern } from './manager-judge.ts';
import type { SecurityLevel } from './manager-level.ts';
import { managerRefusal, refusalEvent } from './manager-refusal.ts';

/** Asks the policy about every call before it goes on to ComfyUI. */
export interface ManagerGate {
  /**
   * Null: the call goes on as it came. Else resolves to the body that goes on in place of the client's, as JSON_TYPE.
   * `readBody` is called only where the body decides; it gives null for one above MANAGER_BODY_LIMIT.
   * Throws HttpError 403 for what may not be done at the present level, and that is an event.
   */
  admit(
    call: Omit<ManagerCall, 'body'>,
    request: Pick<RequestHead, 'ip' | 'header'>,
    readBody: () => Promise<Uint8Array | null>,
  ): null | Promise<Buffer>;
  /** The same for a call that has no body: at once. */
  admitWithoutBody(call: Omit<ManagerCall, 'body'>, request: Pick<RequestHead, 'ip' | 'header'>): void;
}

/** How long the same refusal to the same address makes no further event: pages ask again and again. */
const SAME_REFUSAL: Seconds = 60;

const MOST_REMEMBERED = 1000;

export function createManagerGate(
  level: { get(): SecurityLevel },
  events: Pick<EventLog, 'append'>,
  now: () => Seconds,
): ManagerGate {
  const told = new Map<string, Seconds>();

  function isNews(what: string): boolean {
    const last = told.get(what);
    if (last !== undefined && now() - last < SAME_REFUSAL) return false;
    if (told.size >= MOST_REMEMBERED) told.clear();
    told.set(what, now());
    return true;
  }

  /** Whatever was judged of the body. */
  function judge(call: ManagerCall, at: SecurityLevel, by: Sender): unknown {
    const verdict = judgeManagerCall(call, at);
    if (verdict.allow) return verdict.judged?.body;
    const event = refusalEvent(call, verdict.rule, at, by);
    if (isNews(`${by.ip} ${event.message} ${call.path}`)) events.append(event);
    throw managerRefusal(verdict.rule, at);
  }

  return {
    admit(call, request, readBody) {
      // One level for all questions about one call, whatever is set meanwhile.
      const at = level.get();
      const concern = managerConcern(call.method, call.path, call.query, at);
      if (concern === 'none') return null;
      if (concern === 'judge') {
        judge(call, at, senderOf(request));
        return null;
      }
      const sender = senderOf(request);
      return readBody().then((bytes) => {
        const body: ManagerBody =
          bytes === null ? TOO_LARGE : readManagerBody((name) => request.header(name), bytes);
        return writeManagerBody(judge({ ...call, body }, at, sender));
      });
    },
    admitWithoutBody(call, request) {
      const at = level.get();
      if (managerConcern(call.method, call.path, call.query, at) !== 'none')
        judge(call, at, senderOf(request));
    },
  };
}
