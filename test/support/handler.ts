import { createApiKey } from '../../core/auth/api-key.ts';
import { createForwardedWatch } from '../../core/auth/forwarded-watch.ts';
import { createGate } from '../../core/auth/gate.ts';
import { STRONG } from '../../core/auth/key-strength.ts';
import { createSessions } from '../../core/auth/session.ts';
import { createThrottle } from '../../core/auth/throttle.ts';
import { loadConfig } from '../../core/config.ts';
import type { Context } from '../../core/context.ts';
import { NOT_CHECKED } from '../../core/exposure.ts';
import { readForm, readJson } from '../../core/http/body-readers.ts';
import type { Caller, Request } from '../../core/http/request.ts';
import { createLog, createSecrets } from '../../core/log.ts';
import { createMaintenance } from '../../core/maintenance.ts';
import { createMetrics } from '../../core/metrics/metrics.ts';
import { createManagerGate } from '../../core/proxy/manager-gate.ts';
import type { SecurityLevel } from '../../core/proxy/manager-level.ts';
import type { ManagerLevel } from '../../core/proxy/manager-setting.ts';
import type { Rotation } from '../../core/rotation.ts';
import type { Runs } from '../../core/runs/runs.ts';
import { createTransportWatch } from '../../core/transport-watch.ts';
import type { Updates } from '../../core/update/updates.ts';
import { sourceOf } from './byte-stream.ts';
import { openRecords } from './records.ts';

/** The key of every made-up context. */
export const KEY = 'correct-horse-battery-staple-7';

/** Unix seconds at which made-up contexts stand, unless told otherwise. */
export const NOW = 1_800_000_000;

const NO_RUNS: Runs = {
  connected: false,
  submit: () => Promise.reject(new Error('not expected')),
  get: () => undefined,
  list: () => [],
  cancel: () => Promise.resolve(false),
  ended: () => Promise.resolve(undefined),
  history: () => ({ runs: [], next: null }),
  record: () => undefined,
  promptOf: () => undefined,
  timingsOf: () => [],
  erase: () => Promise.resolve([]),
  watch: () => () => {},
  overhear: () => ({ text: () => {}, binary: () => {}, close: () => {} }),
  isOwnClient: () => false,
  close: () => {},
};

const NO_ROTATION: Rotation = {
  key: { key: KEY, source: 'API_KEY', verdict: STRONG, warning: null },
  rotateSessions: () => {
    throw new Error('not expected');
  },
  reload: () => Promise.resolve(),
  close: () => {},
};

const NO_UPDATES: Updates = {
  last: null,
  start: () => ({ refused: 'not-configured' }),
  close: () => Promise.resolve(),
};

/** A context for calling a handler: everything real that needs no disk or network, and no runs. */
export async function makeContext(overrides: Partial<Context> = {}): Promise<Context> {
  const apiKey = createApiKey(KEY);
  const sessions = createSessions(Buffer.alloc(64, 7), apiKey.digest);
  const { events } = openRecords();
  const log = overrides.log ?? (await createLog({ level: 'silent', secrets: createSecrets() }));
  const managerLevel = levelInMemory();
  return {
    config: loadConfig({}),
    log,
    now: () => NOW,
    gate: createGate(apiKey, sessions, createThrottle(), () => {}),
    sessions,
    rotation: NO_ROTATION,
    maintenance: createMaintenance(),
    updates: NO_UPDATES,
    managerLevel,
    events,
    runs: NO_RUNS,
    comfyui: { send: () => Promise.reject(new Error('not expected')), close: () => {} },
    manager: createManagerGate(managerLevel, events, () => NOW),
    forwarded: createForwardedWatch((message) => log.warn(message)),
    transport: createTransportWatch(),
    posture: () => Promise.reject(new Error('not expected')),
    status: () => Promise.reject(new Error('not expected')),
    comfyuiSockets: {
      open: () => {
        throw new Error('not expected');
      },
      close: () => {},
    },
    exposure: { current: NOT_CHECKED },
    assets: {
      get: () => undefined,
      page: (source) => ({ script: `assets/${source}.js`, styles: [`assets/${source}.css`] }),
    },
    refusals: new Map(),
    metrics: createMetrics(),
    exposition: () => Promise.reject(new Error('not expected')),
    ...overrides,
  };
}

function levelInMemory(): ManagerLevel {
  let level: SecurityLevel = 'normal';
  return {
    get: () => level,
    set(next) {
      level = next;
      return { written: false, reason: 'There is no Manager here' };
    },
  };
}

export interface MadeUpRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly ip?: string;
  readonly origin?: string;
  readonly caller?: Caller;
}

/** A request as the server would hand it to a handler. Header names in lower case. */
export function makeRequest(given: MadeUpRequest = {}): Request {
  const { method = 'GET', path = '/', query = '', params = {}, headers = {}, body = '' } = given;
  const { ip = '203.0.113.7', origin = 'http://studio.example:8000', caller = { by: 'nobody' } } = given;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const header = (name: string) => headers[name] ?? '';
  return {
    method,
    path,
    rawQuery: query,
    params,
    ip,
    origin,
    caller,
    query: new URLSearchParams(query),
    header,
    json: (schema) => readJson({ header }, bytes, schema),
    form: () => readForm({ header }, bytes),
    bytes: () => bytes,
    stream: () => (bytes.byteLength === 0 ? null : sourceOf(bytes)),
    headers: new Map(Object.entries(headers)),
    onGone: () => {},
  };
}
