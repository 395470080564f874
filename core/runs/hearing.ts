import type { Ledger } from './ledger.ts';
import { type ComfyuiMessage, parseMessage } from './messages.ts';
import { parsePreview } from './preview-frame.ts';
import type { PromptId, Starter } from './run.ts';
import type { Source, TrackedRun } from './run-table.ts';
import type { Overheard } from './runs.ts';
import { isOver } from './state.ts';

export interface HearingOptions {
  readonly ledger: Ledger;
  /** ComfyUI is to be asked about its runs: at once, or when it is due. */
  askNow(): void;
  askSoon(): void;
}

/** What is heard on connections to ComfyUI: Studio's own, and those of others that pass through. */
export interface Hearing {
  /** Studio's own. Its `close` may be followed by more: it is dialled again. */
  readonly own: Overheard;
  open(clientId: string | null): Overheard;
  starterOf(clientId: string | null): Starter;
  /** Runs that are spoken of and not known. What is said of them is kept until it was asked who they are. */
  heardOf(): readonly PromptId[];
  /** The run is known from now on: what was said of it before counts now. */
  adopted(run: TrackedRun): void;
  /** ComfyUI was asked, and said that this one runs; null: none, or it could not be asked. */
  asked(running: PromptId | null): void;
}

/** How many clients are remembered that have passed through. */
const MOST_CLIENTS = 1000;

/** How many runs may be spoken of without being known, and how much is kept of what is said of one. */
const MOST_HELD = 8;
const MOST_HELD_MESSAGES = 500;

/** For so many answers of ComfyUI's it is kept. */
const ROUNDS_HELD = 2;

/** At most so often ComfyUI is asked at once who it speaks of. */
const ASK_INTERVAL_MS = 250;

type RunFrame = Exclude<ComfyuiMessage, { type: 'status' }>;

/** One connection, and what its frames mean that name no run. */
interface Ear extends Source {
  /** The run that executes, by its latest frame or by /queue. It need not be known. */
  executing: PromptId | null;
}

/** What was said of a run that is not known. */
interface Held {
  readonly ear: Ear;
  readonly messages: RunFrame[];
  /** How often ComfyUI was asked since. */
  rounds: number;
}

export function createHearing({ ledger, askNow, askSoon }: HearingOptions): Hearing {
  const own: Ear = { clientId: null, number: 0, executing: null };
  const ears = new Set([own]);
  const clients = new Set<string>();
  const held = new Map<PromptId, Held>();
  let opened = 0;
  let running: PromptId | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;

  function hear(ear: Ear, text: string): void {
    const message = parseMessage(text);
    if (message === null) return;
    if (message.type === 'status') {
      // Not what we know of: somebody else queued a run, or took one out. All are told this, so once is enough.
      if (ear === own && message.queueRemaining !== ledger.open.size) askSoon();
      return;
    }
    const id = message.promptId ?? ear.executing;
    ear.executing = executingAfter(message, id);
    if (id === null) return;
    const run = ledger.get(id);
    if (run !== undefined) tell(ear, run, message);
    else if (!ledger.isOver(id)) hold(ear, id, message);
  }

  function see(ear: Ear, frame: Uint8Array): void {
    const preview = parsePreview(frame);
    if (preview === null) return;
    const { promptId, node: node_id, mime, image } = preview;
    const run = ledger.open.get(promptId ?? ear.executing ?? '');
    if (run !== undefined && isSource(ear, run)) ledger.preview(run, { node_id, mime, image });
  }

  function tell(ear: Ear, run: TrackedRun, message: RunFrame): void {
    if (!isSource(ear, run)) return;
    ledger.accept(run);
    ledger.advance(run, message);
    // Nothing of it executes any more, and how it ended was told to nobody.
    if (message.type === 'executing' && message.node === null && !isOver(run.state.status)) askNow();
  }

  /** Kept from one connection only, as all that is said of a run. */
  function hold(ear: Ear, id: PromptId, message: RunFrame): void {
    const kept = held.get(id);
    if (kept !== undefined) {
      if (kept.ear === ear && kept.messages.length < MOST_HELD_MESSAGES) kept.messages.push(message);
    } else if (held.size < MOST_HELD) held.set(id, { ear, messages: [message], rounds: 0 });
    const now = performance.now();
    if (ear === own || kept !== undefined || now - askedAt < ASK_INTERVAL_MS) return askSoon();
    askedAt = now;
    askNow();
  }

  /**
   * Whether what is said of the run on this connection counts. The one that its frames are sent to is believed first, and
   * of several of one client the newest, as ComfyUI does; another one may have heard what is told to all.
   */
  function isSource(ear: Ear, run: TrackedRun): boolean {
    if (run.ours) return ear === own;
    if (run.source === ear) return true;
    if (run.source !== null && rank(run.source, run) >= rank(ear, run)) return false;
    run.source = ear;
    return true;
  }

  function lose(ear: Ear): void {
    ear.executing = null;
    for (const [id, kept] of held) if (kept.ear === ear) held.delete(id);
    for (const run of ledger.open.values()) {
      const isLost = run.source === ear || (ear === own && (run.ours || run.source === null));
      if (!isLost) continue;
      run.source = null;
      ledger.advance(run, { type: 'gap' });
    }
  }

  return {
    own: {
      text: (frame) => hear(own, frame),
      binary: (frame) => see(own, frame),
      close: () => lose(own),
    },

    open(clientId) {
      opened += 1;
      const isOpen = running !== null && ledger.get(running) !== undefined;
      const ear: Ear = { clientId, number: opened, executing: isOpen ? running : null };
      ears.add(ear);
      if (clientId !== null) remember(clients, clientId);
      return {
        text: (frame) => hear(ear, frame),
        binary: (frame) => see(ear, frame),
        close() {
          if (ears.delete(ear)) lose(ear);
        },
      };
    },

    starterOf: (clientId) => (clientId !== null && clients.has(clientId) ? 'editor' : 'other'),
    heardOf: () => [...held.keys()],

    adopted(run) {
      const kept = held.get(run.state.id);
      if (kept === undefined) return;
      held.delete(run.state.id);
      for (const message of kept.messages) tell(kept.ear, run, message);
    },

    asked(nowRunning) {
      running = nowRunning;
      // The first answer may be older than what was said.
      for (const [id, kept] of held) {
        kept.rounds += 1;
        if (kept.rounds === ROUNDS_HELD) held.delete(id);
      }
      for (const ear of ears) {
        const isKnown = ear.executing !== null && ledger.get(ear.executing) !== undefined;
        if (!isKnown) ear.executing = running;
      }
    },
  };
}

/** A client's own connection before all others, and its newest before its older ones. */
function rank(source: Source, run: TrackedRun): number {
  return source.clientId !== null && source.clientId === run.clientId ? source.number : 0;
}

/** The run that executes after `message`, which is about the run `id`. */
function executingAfter(message: RunFrame, id: PromptId | null): PromptId | null {
  switch (message.type) {
    case 'execution_success':
    case 'execution_error':
    case 'execution_interrupted':
      return null;
    case 'executing':
      return message.node === null ? null : id;
    default:
      return id;
  }
}

/** A Set iterates in the order of insertion, so the first is the one that came longest ago. */
function remember(clients: Set<string>, clientId: string): void {
  clients.delete(clientId);
  clients.add(clientId);
  if (clients.size <= MOST_CLIENTS) return;
  for (const oldest of clients) {
    clients.delete(oldest);
    return;
  }
}
