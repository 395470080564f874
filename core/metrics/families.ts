import type { SystemStatus } from '../status.ts';
import type { Durations } from './durations.ts';
import type { Metrics } from './metrics.ts';
import { SAMPLED } from './requests.ts';

type Labels = Readonly<Record<string, string>>;

/** One metric with all its labels, in the words that Prometheus's naming conventions ask for. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly values: Values;
}

/** A counter only grows; a gauge is what it is now; of a histogram, every duration that was seen. */
export type Values =
  | { readonly type: 'counter' | 'gauge'; read(now: Observed): Iterable<readonly [Labels, number]> }
  | { readonly type: 'histogram'; read(): Iterable<readonly [Labels, Durations]> };

/** What is looked at, and not counted. */
export interface Observed {
  readonly status: SystemStatus;
  /** Requests that were not clean HTTP, by what was wrong. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly sockets: { readonly viewers: number; readonly passed: number };
  readonly isComfyuiConnected: boolean;
  readonly isUpdating: boolean;
  readonly storage: { readonly writable: boolean; readonly wasDamaged: boolean };
}

type Read = (now: Observed) => Iterable<readonly [Labels, number]>;

function counter(name: string, help: string, labels: readonly string[], read: Read): Family {
  return { name, help, labels, values: { type: 'counter', read } };
}

function gauge(name: string, help: string, labels: readonly string[], read: Read): Family {
  return { name, help, labels, values: { type: 'gauge', read } };
}

/** Every metric of Studio's own. Each label's values are known beforehand, so their number is. */
export function familiesOf(metrics: Metrics): readonly Family[] {
  const { requests, denials, keys, frames, upstream, happenings } = metrics;
  return [
    gauge('studio_info', 'Always 1; the versions are its labels.', ['version', 'node'], ({ status }) => [
      [{ version: status.versions.studio, node: status.versions.node }, 1],
    ]),
    counter(
      'studio_http_requests_total',
      'Answers by the row of the table of routes (HEAD with GET; "other" for what a path does not have) and class of status; "(refused)" was not clean HTTP, or a handshake. Without those whose client went away first.',
      ['method', 'route', 'status'],
      () => map(requests.counts(), ({ count, ...labels }) => [labels, count]),
    ),
    {
      name: 'studio_http_request_duration_seconds',
      help: `From the head of a request until its answer begins to be written. Whatever had to wait is timed; of answers that are written at once, one in ${SAMPLED} is, and counts for ${SAMPLED}.`,
      labels: ['method', 'route'],
      values: { type: 'histogram', read: requests.durations },
    },
    counter(
      'studio_denied_total',
      'Clean requests and handshakes that did not come to their handler.',
      ['reason'],
      () => labelled('reason', denials.entries()),
    ),
    counter(
      'studio_guard_refusals_total',
      'What was not clean HTTP, and connections above the limit.',
      ['reason'],
      ({ refusals }) => labelled('reason', refusals),
    ),
    counter(
      'studio_keys_refused_total',
      'Wrong keys, keys that were not looked at since their address is throttled, and throttlings that began ("blocked").',
      ['reason'],
      () => labelled('reason', keys.entries()),
    ),
    gauge(
      'studio_open_sockets',
      'Open WebSockets: viewers of the stream, and those passed on to ComfyUI.',
      ['kind'],
      ({ sockets }) => labelled('kind', Object.entries(sockets)),
    ),
    counter(
      'studio_frames_sent_total',
      'Frames of the stream, one for each viewer. What a viewer is told when it comes or catches up is not among them.',
      ['kind'],
      () => labelled('kind', frames.sent()),
    ),
    counter(
      'studio_frames_dropped_total',
      'Frames that a viewer was not sent because it reads too slowly.',
      ['kind'],
      () => labelled('kind', frames.dropped()),
    ),
    gauge('studio_comfyui_up', 'Whether ComfyUI answers within 0.3 s, asked for this.', [], ({ status }) =>
      one(Number(status.comfyui.reachable)),
    ),
    gauge(
      'studio_comfyui_socket_connected',
      'Whether the socket is open by which ComfyUI tells of runs.',
      [],
      ({ isComfyuiConnected }) => one(Number(isComfyuiConnected)),
    ),
    gauge(
      'studio_comfyui_answer_seconds',
      "How long ComfyUI took for its latest answer to Studio's own question; missing while it does not answer.",
      [],
      () => (upstream.latestAnswer === null ? [] : one(upstream.latestAnswer)),
    ),
    {
      name: 'studio_comfyui_request_duration_seconds',
      help: 'Of requests that were passed on: until ComfyUI began to answer, or failed to.',
      labels: ['outcome'],
      values: { type: 'histogram', read: () => labelled('outcome', upstream.entries()) },
    },
    counter(
      'studio_runs_total',
      'Runs by what became of them; "queued" counts all that were.',
      ['status'],
      () => labelled('status', happenings.runs()),
    ),
    gauge('studio_queue_runs', 'Runs that run, and that wait.', ['state'], ({ status }) =>
      labelled('state', Object.entries(status.queue)),
    ),
    counter(
      'studio_maintenances_total',
      'How often maintenance began. While it is on this cannot be read: everything answers 503.',
      [],
      () => one(happenings.maintenances),
    ),
    counter('studio_maintenance_seconds_total', 'How long maintenance was on in all.', [], () =>
      one(happenings.maintenanceSeconds),
    ),
    gauge('studio_update_running', 'Whether the update command runs.', [], ({ isUpdating }) =>
      one(Number(isUpdating)),
    ),
    counter('studio_updates_total', 'Updates that ended.', ['outcome'], () =>
      labelled('outcome', happenings.updates()),
    ),
    gauge(
      'studio_storage_writable',
      "Whether there was room for the latest write to Studio's records.",
      [],
      ({ storage }) => one(Number(storage.writable)),
    ),
    gauge(
      'studio_storage_was_damaged',
      "Whether Studio's records were found damaged at the start, and set aside.",
      [],
      ({ storage }) => one(Number(storage.wasDamaged)),
    ),
    gauge('studio_disk_size_bytes', 'Of the file system.', ['folder'], ({ status }) =>
      disks(status, 'total'),
    ),
    gauge('studio_disk_free_bytes', 'Of the file system.', ['folder'], ({ status }) => disks(status, 'free')),
  ];
}

function one(value: number): Iterable<readonly [Labels, number]> {
  return [[{}, value]];
}

function labelled<T>(label: string, entries: Iterable<readonly [string, T]>): Iterable<readonly [Labels, T]> {
  return map(entries, ([name, value]) => [{ [label]: name }, value]);
}

/** `folder` is what it is for, not its path. */
function* disks({ disk }: SystemStatus, what: 'total' | 'free'): Iterable<readonly [Labels, number]> {
  for (const [folder, found] of Object.entries(disk)) if (found !== null) yield [{ folder }, found[what]];
}

function* map<From, To>(items: Iterable<From>, change: (item: From) => To): Iterable<To> {
  for (const item of items) yield change(item);
}
