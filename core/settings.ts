import { SECRET, VARIABLES } from './config/variables.ts';
import { KNOWN_TOKENS } from './tokens.ts';

type Name = keyof typeof VARIABLES | (typeof KNOWN_TOKENS)[number];

/** Where a variable stands for whoever reads them. A new variable needs a place here. */
const GROUPS: Readonly<Record<string, readonly Name[]>> = {
  access: ['API_KEY', 'STUDIO_ALLOW_WEAK_KEY', 'TRUSTED_PROXIES'],
  server: [
    'STUDIO_DIR',
    'STUDIO_HOST',
    'STUDIO_PORT',
    'STUDIO_COMFYUI_PORT',
    'STUDIO_TLS_CERT',
    'STUDIO_TLS_KEY',
    'STUDIO_TLS',
    'STUDIO_HTTP_REDIRECT_PORT',
    'STUDIO_MAX_CONNECTIONS',
    'STUDIO_MAX_VIEWERS_PER_ADDRESS',
    'LOG_LEVEL',
  ],
  comfyui: [
    'COMFYUI_URL',
    'COMFYUI_DIR',
    'COMFYUI_AUTHORIZATION',
    'COMFYUI_TIMEOUT_S',
    'MANAGER_SECURITY_LEVEL',
  ],
  records: [
    'STUDIO_RUNS_KEPT',
    'STUDIO_RUNS_KEPT_DAYS',
    'STUDIO_RUNS_KEPT_MB',
    'STUDIO_EVENTS_KEPT',
    'STUDIO_EVENTS_KEPT_DAYS',
    'STUDIO_AUDIT_KEPT_DAYS',
  ],
  updates: [
    'STUDIO_UPDATE_COMMAND',
    'STUDIO_UPDATE_TIMEOUT_S',
    'STUDIO_RESTART_AFTER_UPDATE',
    'STUDIO_RESTART_BY',
  ],
  tokens: KNOWN_TOKENS,
};

const TOKEN_HELP =
  'A token of another service, which custom nodes read. Studio does not use it, and shows it nowhere.';

/** A variable, as it may be shown to a session. */
export interface Setting {
  readonly name: string;
  readonly help: string;
  /** What counts when it is not set; '' for none. */
  readonly default: string;
  readonly set: boolean;
  readonly sensitive: boolean;
  /** Its text, or the default; of a sensitive one only the last 4 characters behind dots, and none of a short one. */
  readonly value: string | null;
}

export interface SettingGroup {
  readonly name: string;
  readonly variables: readonly Setting[];
}

/** The variables by group. `given`: the text of those that are set. */
export function describeSettings(given: Readonly<Record<string, string>>): readonly SettingGroup[] {
  const known = new Set<string>(Object.values(GROUPS).flat());
  const rest = Object.keys(VARIABLES).filter((name) => !known.has(name));
  const groups: Readonly<Record<string, readonly string[]>> =
    rest.length === 0 ? GROUPS : { ...GROUPS, other: rest };
  return Object.entries(groups).map(([name, variables]) => ({
    name,
    variables: variables.map((variable) => describe(variable, given[variable])),
  }));
}

/** The text of one, or null: it is not set. Undefined: there is no such variable. */
export function settingText(
  given: Readonly<Record<string, string>>,
  name: string,
): string | null | undefined {
  const tokens: readonly string[] = KNOWN_TOKENS;
  return Object.hasOwn(VARIABLES, name) || tokens.includes(name) ? (given[name] ?? null) : undefined;
}

function describe(name: string, text: string | undefined): Setting {
  const variable = Object.entries(VARIABLES).find(([known]) => known === name)?.[1];
  const fallback = variable?.fallback ?? '';
  const sensitive = SECRET.has(name);
  const shown = sensitive ? masked(text) : (text ?? fallback);
  return {
    name,
    help: variable?.help ?? TOKEN_HELP,
    default: fallback,
    set: text !== undefined,
    sensitive,
    value: shown,
  };
}

/** Four of twelve or fewer would be a third of it. */
const SHORTEST_HINTED = 13;

function masked(text: string | undefined): string | null {
  return text === undefined || text.length < SHORTEST_HINTED ? null : `...${text.slice(-4)}`;
}
