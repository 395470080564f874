import { isStricter, SECURITY_LEVELS, type SecurityLevel } from '../core/proxy/manager-level.ts';
import {
  BATCH_KEYS,
  BODY_RULES,
  type Deed,
  NAMESPACE,
  POLICY,
  type PolicyRow,
  TASK_KINDS,
  UNNAMED,
} from '../core/proxy/manager-policy.ts';

const WHEN = { write: 'POST, or with a `value` or `mode`', GET: 'GET', POST: 'POST' } as const;

/** ComfyUI Manager's policy as the README shows it, in Markdown, from the data that the gate decides by. */
export function policyTable(): string {
  return [
    ...table('route', POLICY.map(routeRow)),
    row(`anything else below ${NAMESPACE.map(code).join(', ')}`, UNNAMED.unknown),
    row('`userdata/*`, but for GET', UNNAMED.userdata),
    row('`assets/download`', UNNAMED.assets),
    row('a path with a bad escape, a dot segment, `//`, a backslash or a control character', UNNAMED.unclear),
    '',
    ...Object.entries(BODY_RULES).map(([name, words]) => `- *${name}*: ${words}.`),
    '',
    ...table('`kind` of a task', deedRows(TASK_KINDS)),
    row('any other', UNNAMED.unknown),
    '',
    ...table('key of a batch', deedRows(BATCH_KEYS)),
    row('any other, but for `batch_id`', UNNAMED.unknown),
  ].join('\n');
}

function table(first: string, rows: readonly string[]): readonly string[] {
  const heads = [first, 'what it does', ...SECURITY_LEVELS];
  return [line(heads), line(heads.map(() => '---')), ...rows];
}

function routeRow({ paths, when, ...deed }: PolicyRow): string {
  const routes = paths.map(code).join(', ');
  return row(when === undefined ? routes : `${routes} (${WHEN[when]})`, deed);
}

function deedRows(deeds: Readonly<Record<string, Deed>>): readonly string[] {
  return Object.entries(deeds).map(([name, deed]) => row(code(name), deed));
}

function row(what: string, deed: Deed): string {
  return line([what, deed.does, ...SECURITY_LEVELS.map((level) => verdict(deed, level))]);
}

function verdict({ allowedAt, unless }: Deed, level: SecurityLevel): string {
  if (!isStricter(level, allowedAt)) return 'allowed';
  return level === 'normal' && unless !== undefined ? `only if *${unless}*` : 'refused';
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
