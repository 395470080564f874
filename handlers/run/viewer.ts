import type { Context } from '../../core/context.ts';
import { progressFrame } from '../../core/frames.ts';
import type { Pressure, Socket } from '../../core/http/route.ts';
import { type StreamTopics, TOPICS, topicsOfRun } from '../../core/http/topics.ts';
import type { RunProgress } from '../../core/runs/run.ts';
import { type EventFrame, eventsAfter } from './event-pages.ts';
import { latestEvents } from './latest-events.ts';
import { sendInParts } from './send-in-parts.ts';
import type { StreamOptions } from './stream-options.ts';

/** How many of the latest events a viewer gets that does not say which ones it knows. */
const LATEST_EVENTS = 20;

/** How many runs a viewer is told of when it comes. */
const LATEST_RUNS = 100;

const NONE: ReadonlySet<RunProgress> = new Set();

/** RFC 6455, 7.4.1, as registered since: "try again later". */
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 1011;

/**
 * One viewer of the stream. It is either catching up, reading the event log page by page from its cursor, or live, with
 * subscriptions; it goes live in the very moment in which its cursor has reached the log's end, so no event is missed or
 * double. One that reads slowly loses its topics: previews first, then progress, at last the events, and catches up again
 * when it has read what waits for it.
 */
export class Viewer {
  readonly #context: Context;
  readonly #socket: Socket;
  readonly #options: StreamOptions;
  readonly #topics: StreamTopics;
  /** All events up to this id were sent. Not kept up while live. */
  #cursor: number;
  #isLive = false;
  /** It was live, and was too slow for it. */
  #fellBehind = false;
  #getsProgress = false;
  /** Runs that are over and of which it need not be told again. */
  #told = NONE;

  constructor(context: Context, socket: Socket, options: StreamOptions) {
    this.#context = context;
    this.#socket = socket;
    this.#options = options;
    this.#topics = options.promptId === null ? TOPICS : topicsOfRun(options.promptId);
    this.#cursor = options.since ?? 0;
  }

  /** Resolves when it has been told all that was known when it came. */
  async begin(): Promise<void> {
    this.#socket.onPressure((pressure) => this.#feel(pressure));
    if (this.#options.since === null) await this.#tellLatest();
    await this.#goLive();
  }

  #feel(pressure: Pressure): void {
    if (pressure === 'stuck') {
      this.#socket.close(TRY_AGAIN_LATER, `Too slow. Come back with since=${this.#cursor}`);
    } else if (this.#isLive && pressure === 'full') {
      this.#isLive = false;
      this.#fellBehind = true;
      this.#cursor = this.#context.events.lastId;
      this.#contain(this.#subscribe());
    } else if (this.#isLive) {
      this.#contain(this.#subscribe());
    } else if (pressure === 'none' && this.#fellBehind) {
      this.#fellBehind = false;
      this.#contain(this.#goLive());
    }
  }

  /** Sends every event after the cursor, goes live, and then tells of the runs. */
  async #goLive(): Promise<void> {
    const { events } = this.#context;
    for (;;) {
      const newest = events.lastId;
      const page = await eventsAfter(events, this.#cursor);
      const wanted = page.filter((event) => this.#concerns(event)).map(({ text }) => text);
      if (!(await sendInParts(this.#socket, wanted))) return;
      // When there are no more, what is still ahead could not be kept (its disk was full): nobody can be told of it again.
      this.#cursor = page.at(-1)?.id ?? Math.max(this.#cursor, newest);
      // No await between this and the subscription: an event that came there would be missed.
      if (this.#cursor >= events.lastId && this.#socket.pressure !== 'full') break;
      if (!(await this.#socket.drained())) return;
    }
    this.#isLive = true;
    await this.#subscribe();
  }

  /** The latest events, and whether ComfyUI is there, however long ago that changed: it is the first thing to know. */
  async #tellLatest(): Promise<void> {
    const { events } = this.#context;
    const { frames: latest, link } = await latestEvents(events);
    // No await between that and this: it is up to here that the latest go.
    this.#cursor = events.lastId;
    const frames = latest.filter((event) => this.#concerns(event)).slice(-LATEST_EVENTS);
    if (link !== null && !frames.some(({ id }) => id === link.id)) frames.unshift(link);
    await sendInParts(
      this.#socket,
      frames.map(({ text }) => text),
    );
  }

  #concerns({ topics }: EventFrame): boolean {
    return topics.some((topic) => this.#topics.events.includes(topic));
  }

  /** Has the topics that it can bear; resolves when it was told what it missed without them. */
  async #subscribe(): Promise<void> {
    const { pressure } = this.#socket;
    const { events, progress, rawPreviews, taggedPreviews } = this.#topics;
    const getsPreviews = this.#isLive && pressure === 'none';
    const getsProgress = this.#isLive && (pressure === 'none' || pressure === 'some');
    const topics: string[] = this.#isLive ? [...events] : [];
    if (getsProgress) topics.push(progress);
    if (getsPreviews && this.#options.previews === 'raw') topics.push(rawPreviews);
    if (getsPreviews && this.#options.previews === 'tagged') topics.push(taggedPreviews);
    this.#socket.subscribe(topics);

    const gotProgress = this.#getsProgress;
    this.#getsProgress = getsProgress;
    if (gotProgress && !getsProgress) this.#told = new Set(this.#runs().filter(isOver));
    if (!gotProgress && getsProgress) await this.#tellRuns();
  }

  /** Open runs, and those that ended while it was not told of any. */
  async #tellRuns(): Promise<void> {
    const told = this.#told;
    const ids = this.#runs()
      .filter((run) => !told.has(run))
      .map(({ prompt_id }) => prompt_id);
    await sendInParts(this.#socket, this.#framesOf(ids));
  }

  /** Each as it is when its turn to be sent comes: it may have gone on, and been told of, since. */
  *#framesOf(ids: readonly string[]): Generator<string> {
    for (const id of ids) {
      const run = this.#context.runs.get(id);
      if (run !== undefined) yield progressFrame(run);
    }
  }

  #runs(): readonly RunProgress[] {
    const { runs } = this.#context;
    const { promptId } = this.#options;
    if (promptId === null) return runs.list().slice(0, LATEST_RUNS);
    const run = runs.get(promptId);
    return run === undefined ? [] : [run];
  }

  #contain(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#context.log.error({ err: error }, 'a viewer could not be told what it missed');
      this.#socket.close(INTERNAL_ERROR, 'Internal server error');
    });
  }
}

function isOver({ status }: RunProgress): boolean {
  return status !== 'queued' && status !== 'running';
}
