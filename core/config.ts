import type { AddressRange } from './auth/client-address.ts';
import { SECRET, VARIABLES, type Variable } from './config/variables.ts';
import type { Retention } from './events/retention.ts';
import type { LogLevel } from './log.ts';
import type { SecurityLevel } from './proxy/manager-level.ts';
import type { RunRetention } from './runs/run-retention.ts';
import { StartupError } from './startup-error.ts';
import type { TlsSource } from './tls/source.ts';
import { KNOWN_TOKENS } from './tokens.ts';

export interface Config {
  /** The owner's key, or null: it is in STUDIO_DIR/.api_key, or will be. */
  readonly apiKey: string | null;
  readonly allowWeakKey: boolean;
  /** Absolute. */
  readonly studioDir: string;
  readonly host: string;
  readonly port: number;
  /** Where ComfyUI alone is served, at `/`; null: nowhere. */
  readonly comfyuiPort: number | null;
  /** The certificate that both ports answer with; null: they speak plain http. */
  readonly tls: TlsSource | null;
  /** Where plain http is led to https; null: nowhere. */
  readonly httpRedirectPort: number | null;
  /** Without a trailing slash. */
  readonly comfyuiUrl: string;
  /** Where ComfyUI lies on this machine, absolute, or null: not known. */
  readonly comfyuiDir: string | null;
  /** For the first start only: from then on the level is Studio's own setting. */
  readonly managerSecurityLevel: SecurityLevel;
  /** The whole value of the Authorization header for ComfyUI, or null. */
  readonly comfyuiAuthorization: string | null;
  /** How many seconds ComfyUI may be silent while an answer is due. */
  readonly comfyuiTimeoutSeconds: number;
  readonly trustedProxies: readonly AddressRange[];
  /** Of all kinds, WebSockets included. */
  readonly maxConnections: number;
  /** 0: no limit. */
  readonly maxViewersPerAddress: number;
  readonly runsKept: RunRetention;
  readonly eventsKept: Retention;
  /** The words of the update command; null: there is none. */
  readonly updateCommand: readonly string[] | null;
  readonly updateTimeoutSeconds: number;
  /** Whether Studio restarts after each update that succeeds. */
  readonly restartAfterUpdate: boolean;
  readonly restartBy: RestartBy;
  readonly logLevel: LogLevel;
  /** The text of each variable that is set, of the known tokens too: secrets among them. */
  readonly given: Readonly<Record<string, string>>;
}

/** `handover`: a new process takes over, without a gap. `exit`: this one ends with 75, and its supervisor starts the next. */
export type RestartBy = 'handover' | 'exit';

/**
 * Reads the environment. Throws StartupError with every mistake at once. A variable that is empty counts as not set.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: string[] = [];
  function read<T>(name: keyof typeof VARIABLES, { schema, fallback }: Variable<T>): T {
    const text = env[name]?.trim() || fallback;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    const found = SECRET.has(name) ? 'it' : JSON.stringify(withoutPassword(text).slice(0, 100));
    mistakes.push(...result.error.issues.map((issue) => `${name}: ${found} will not do; ${issue.message}.`));
    return schema.parse(fallback);
  }
  function readTls(): TlsSource | null {
    const certificate = read('STUDIO_TLS_CERT', VARIABLES.STUDIO_TLS_CERT);
    const key = read('STUDIO_TLS_KEY', VARIABLES.STUDIO_TLS_KEY);
    const selfSigned = read('STUDIO_TLS', VARIABLES.STUDIO_TLS);
    if (certificate === null && key === null) return selfSigned ? { kind: 'self-signed' } : null;
    if (selfSigned)
      mistakes.push('STUDIO_TLS: there is a certificate in STUDIO_TLS_CERT; set one or the other.');
    if (certificate === null)
      mistakes.push('STUDIO_TLS_CERT: the certificate that belongs to STUDIO_TLS_KEY is missing.');
    if (key === null) mistakes.push('STUDIO_TLS_KEY: the key that belongs to STUDIO_TLS_CERT is missing.');
    return { kind: 'files', files: { certificate: certificate ?? '', key: key ?? '' } };
  }
  const config: Config = {
    apiKey: read('API_KEY', VARIABLES.API_KEY),
    allowWeakKey: read('STUDIO_ALLOW_WEAK_KEY', VARIABLES.STUDIO_ALLOW_WEAK_KEY),
    studioDir: read('STUDIO_DIR', VARIABLES.STUDIO_DIR),
    host: read('STUDIO_HOST', VARIABLES.STUDIO_HOST),
    port: read('STUDIO_PORT', VARIABLES.STUDIO_PORT),
    comfyuiPort: read('STUDIO_COMFYUI_PORT', VARIABLES.STUDIO_COMFYUI_PORT),
    tls: readTls(),
    httpRedirectPort: read('STUDIO_HTTP_REDIRECT_PORT', VARIABLES.STUDIO_HTTP_REDIRECT_PORT),
    comfyuiUrl: read('COMFYUI_URL', VARIABLES.COMFYUI_URL),
    comfyuiDir: read('COMFYUI_DIR', VARIABLES.COMFYUI_DIR),
    managerSecurityLevel: read('MANAGER_SECURITY_LEVEL', VARIABLES.MANAGER_SECURITY_LEVEL),
    comfyuiAuthorization: read('COMFYUI_AUTHORIZATION', VARIABLES.COMFYUI_AUTHORIZATION),
    comfyuiTimeoutSeconds: read('COMFYUI_TIMEOUT_S', VARIABLES.COMFYUI_TIMEOUT_S),
    trustedProxies: read('TRUSTED_PROXIES', VARIABLES.TRUSTED_PROXIES),
    maxConnections: read('STUDIO_MAX_CONNECTIONS', VARIABLES.STUDIO_MAX_CONNECTIONS),
    maxViewersPerAddress: read('STUDIO_MAX_VIEWERS_PER_ADDRESS', VARIABLES.STUDIO_MAX_VIEWERS_PER_ADDRESS),
    runsKept: {
      count: read('STUDIO_RUNS_KEPT', VARIABLES.STUDIO_RUNS_KEPT),
      days: read('STUDIO_RUNS_KEPT_DAYS', VARIABLES.STUDIO_RUNS_KEPT_DAYS),
      bytes: read('STUDIO_RUNS_KEPT_MB', VARIABLES.STUDIO_RUNS_KEPT_MB) * 1024 * 1024,
    },
    eventsKept: {
      count: read('STUDIO_EVENTS_KEPT', VARIABLES.STUDIO_EVENTS_KEPT),
      days: read('STUDIO_EVENTS_KEPT_DAYS', VARIABLES.STUDIO_EVENTS_KEPT_DAYS),
      auditDays: read('STUDIO_AUDIT_KEPT_DAYS', VARIABLES.STUDIO_AUDIT_KEPT_DAYS),
    },
    updateCommand: read('STUDIO_UPDATE_COMMAND', VARIABLES.STUDIO_UPDATE_COMMAND),
    updateTimeoutSeconds: read('STUDIO_UPDATE_TIMEOUT_S', VARIABLES.STUDIO_UPDATE_TIMEOUT_S),
    restartAfterUpdate: read('STUDIO_RESTART_AFTER_UPDATE', VARIABLES.STUDIO_RESTART_AFTER_UPDATE),
    restartBy: read('STUDIO_RESTART_BY', VARIABLES.STUDIO_RESTART_BY),
    logLevel: read('LOG_LEVEL', VARIABLES.LOG_LEVEL),
    given: Object.freeze(givenIn(env)),
  };
  if (config.comfyuiPort === config.port && config.port !== 0)
    mistakes.push('STUDIO_COMFYUI_PORT: it is STUDIO_PORT already; write another port.');
  const { httpRedirectPort } = config;
  if (httpRedirectPort !== null) {
    if (httpRedirectPort !== 0 && [config.port, config.comfyuiPort].includes(httpRedirectPort))
      mistakes.push('STUDIO_HTTP_REDIRECT_PORT: it is one of the others already; write another port.');
    if (config.tls === null)
      mistakes.push(
        'STUDIO_HTTP_REDIRECT_PORT: there is no https to lead to; set STUDIO_TLS_CERT and STUDIO_TLS_KEY too.',
      );
  }
  if (mistakes.length > 0) throw new StartupError(mistakes.join('\n'));
  return Object.freeze(config);
}

function givenIn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of [...Object.keys(VARIABLES), ...KNOWN_TOKENS]) {
    const text = env[name]?.trim();
    if (text) given[name] = text;
  }
  return given;
}

/** An address with a user and a password is refused, but not shown. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/.*@/, '//[hidden]@');
}
