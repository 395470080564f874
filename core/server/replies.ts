import type { HttpResponse } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import { errorReply, type Reply } from '../http/reply.ts';
import type { Seconds } from '../http/request.ts';
import type { LiveRequest } from './live-request.ts';
import { createPendingReplies, type PendingReply } from './pending-replies.ts';
import { standingHeaders } from './standing-headers.ts';
import { streamReply } from './stream-reply.ts';
import { isSource, type Written, writeReply } from './write-reply.ts';

/** Writes replies, at once or later, and sees each of them to its end. */
export interface Replies {
  /** Of a request that is not answered in its own callback. */
  owe(response: HttpResponse): PendingReply;
  /** Within the request's own callback. */
  write(response: HttpResponse, request: LiveRequest, reply: Reply, now: Seconds): void;
  /** When the reply is there. `close`: the connection is not to be used again; asked when it is there, and at its end. */
  writeLater(
    owed: PendingReply,
    response: HttpResponse,
    request: LiveRequest,
    reply: Reply | Promise<Reply>,
    close: Closes,
  ): void;
  /** A tick later, and then the connection is closed: for when what else has come on it cannot be trusted, or is not wanted. */
  writeAndClose(
    owed: PendingReply,
    response: HttpResponse,
    request: LiveRequest,
    reply: MakeReply,
    close?: Closes,
  ): void;
  /** The same for an error, when there is no request to speak of. */
  refuse(response: HttpResponse, method: string, error: HttpError): void;
  /** What somebody threw, as a reply. */
  toError(error: unknown, request: LiveRequest): Reply;
  /** For the catch around all that a callback of uWebSockets.js does: an exception that left it would end the process. */
  fail(response: HttpResponse, error: unknown): void;
  /** Runs such work inside of that catch. */
  contain(response: HttpResponse, work: () => void): void;
  /** From now on every reply closes its connection. Resolves when none is pending, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

export type MakeReply = () => Reply | Promise<Reply>;

/** Whether a connection is not to be used again after a reply. `atEnd`: all of it is about to be handed over. */
type Closes = (atEnd: boolean) => boolean;

const ALWAYS: Closes = () => true;
export const NEVER: Closes = () => false;

export function createReplies({
  config,
  log,
  metrics,
  sessions,
}: Pick<Context, 'config' | 'log' | 'metrics' | 'sessions'>): Replies {
  const standing = standingHeaders(config.tls);
  const logsRequests = log.isLevelEnabled('debug');
  const pending = createPendingReplies();
  let draining = false;

  function write(response: HttpResponse, request: LiveRequest, reply: Reply, now: Seconds): void {
    const written = writeNow(response, request, reply, now, false);
    if (written !== 'whole') finish(pending.add(response), response, reply, written, NEVER);
  }

  function writeLater(
    owed: PendingReply,
    response: HttpResponse,
    request: LiveRequest,
    reply: Reply | Promise<Reply>,
    close: Closes,
  ): void {
    request.detach();
    const writeIt = (late: Reply) =>
      contain(response, () => {
        if (owed.gone) return isSource(late.body) ? late.body.abort() : undefined;
        response.cork(() => {
          const written = writeNow(response, request, late, unixTime(), close(false));
          finish(owed, response, late, written, close);
        });
      });
    Promise.resolve(reply).then(writeIt, (error: unknown) => fail(response, error));
  }

  function writeNow(
    response: HttpResponse,
    request: LiveRequest,
    reply: Reply,
    now: Seconds,
    close: boolean,
  ): Written {
    const head = request.method === 'HEAD';
    // Nothing is renewed for a session that was ended while its answer was on its way.
    const renews = request.caller.by === 'session' && request.generation === sessions.generation;
    const renewedCookie = renews ? sessions.cookieAt(now) : null;
    if (logsRequests) logRequest(request, reply.status);
    try {
      const written = writeReply(response, reply, head, renewedCookie, close || draining, standing);
      metrics.requests.answered(request, reply.status);
      return written;
    } catch (error) {
      const failed = toError(error, request);
      metrics.requests.answered(request, failed.status);
      return writeReply(response, failed, head, null, true, standing);
    }
  }

  /** What is left to do of a reply after it was handed over. */
  function finish(
    owed: PendingReply,
    response: HttpResponse,
    reply: Reply,
    written: Written,
    close: Closes,
  ): void {
    if (written === 'whole') return owed.settle();
    if (written === 'headers') {
      // When they have left: uWebSockets.js cannot close after a reply without a body.
      setImmediate(() => {
        owed.settle();
        if (!owed.gone) response.close();
      });
      return;
    }
    if (written !== 'part') return streamReply(response, owed, written, () => close(true) || draining);
    if (isSource(reply.body)) return;
    // Not a copy where it is bytes: those of a file are shared by all who read it slowly.
    const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
    response.onWritable((offset) => {
      const [ok, done] = response.tryEnd(body.subarray(offset), body.byteLength);
      if (done) owed.settle();
      return ok;
    });
  }

  function writeAndClose(
    owed: PendingReply,
    response: HttpResponse,
    request: LiveRequest,
    reply: MakeReply,
    close: Closes = ALWAYS,
  ): void {
    nextTick(owed, response, () => writeLater(owed, response, request, reply(), close));
  }

  function refuse(response: HttpResponse, method: string, error: HttpError): void {
    const owed = pending.add(response);
    const reply = errorReply(error);
    metrics.requests.refused(error.status);
    nextTick(owed, response, () => {
      response.cork(() => {
        const written = writeReply(response, reply, method === 'HEAD', null, true, standing);
        finish(owed, response, reply, written, ALWAYS);
      });
    });
  }

  /** After an answer at once, even one that closes, uWebSockets.js goes on with the next request of the same packet. */
  function nextTick(owed: PendingReply, response: HttpResponse, work: () => void): void {
    setImmediate(() => {
      if (!owed.gone) contain(response, work);
    });
  }

  function toError(error: unknown, request: LiveRequest): Reply {
    if (error instanceof HttpError) return errorReply(error);
    const id = randomUUID();
    log.error({ err: error, request: id, method: request.method, path: request.path }, 'a handler failed');
    return errorReply(new HttpError(500, 'Internal server error', { extra: { request_id: id } }));
  }

  function contain(response: HttpResponse, work: () => void): void {
    try {
      work();
    } catch (error) {
      fail(response, error);
    }
  }

  function fail(response: HttpResponse, error: unknown): void {
    log.error({ err: error }, 'a request could not be served');
    try {
      response.close();
    } catch {
      // It was answered or is gone, and uWebSockets.js throws at whatever touches it then.
    }
  }

  function logRequest(request: LiveRequest, status: number): void {
    const { method, path } = request;
    const ms = Math.round((performance.now() - request.startedAt) * 1000) / 1000;
    log.debug({ request: randomUUID(), method, path, status, ms, by: request.caller.by }, 'request');
  }

  return {
    owe: pending.add,
    write,
    writeLater,
    writeAndClose,
    refuse,
    toError,
    fail,
    contain,
    drain(graceMs) {
      draining = true;
      return pending.drain(graceMs);
    },
  };
}

export function unixTime(): Seconds {
  return Math.floor(Date.now() / 1000);
}
