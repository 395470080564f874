import type { SecurityLevel } from './manager-level.ts';

const SECTION = 'default';

/** A section's header. With a second `]` behind it, versions of Python disagree on its name: then it is another one. */
const HEADER = /^\[([^\]]+)\][^\]]*$/;

/** Any setting: what stands before the first delimiter is its name. */
const OPTION = /^([^=:]+?)\s*(?:[=:]|$)/;

/** The setting, in capitals or not, with its delimiter, its value and what ends the line. */
const LEVEL = /^(\s*security_level)(?:(\s*[=:][^\S\r\n]*)(.*?))?(\s*)$/is;

/** To configparser, text behind a value belongs to it; to the person who wrote it, it is a comment. */
const REMARK = /^(.*?)\s+([#;].*)$/;

/**
 * Manager's config.ini with this `security_level` in its `[default]` section, read as Python's configparser reads it.
 * Every other line, comment, line ending and a BOM stay as they were; section and setting are added where missing. A
 * remark behind the old value moves to a line of its own, since Manager would take it for a part of the level.
 */
export function withSecurityLevel(iniText: string, level: SecurityLevel): string {
  const lines = linesOf(iniText);
  const ending = /\r\n|\r|\n/.exec(iniText)?.[0] ?? '\n';
  const roles = rolesOf(lines);
  const written = lines.flatMap((line, index) => {
    const role = roles[index];
    if (role === 'level') return rewritten(line, level, ending);
    return role === 'rest of level' ? [] : [line];
  });
  if (roles.includes('level')) return written.join('');
  const setting = `security_level = ${level}${ending}`;
  const header = roles.indexOf('header');
  if (header === -1) return `${closed(iniText, ending)}[${SECTION}]${ending}${setting}`;
  // As far in as what follows: a line further in than the one above it would be read as a part of that one's value.
  const next = lines.slice(header + 1).find((line) => !isSilent(line.trim())) ?? '';
  lines.splice(header, 1, closed(lines[header] ?? '', ending), indentOf(next) + setting);
  return lines.join('');
}

function rewritten(line: string, level: SecurityLevel, ending: string): string[] {
  const [, name = '', delimiter = ' = ', value = '', end = ''] = LEVEL.exec(line) ?? [];
  const remark = REMARK.exec(value)?.[2];
  const setting = `${name}${delimiter}${level}${end}`;
  return remark === undefined ? [setting] : [`${indentOf(line)}${remark}${ending}`, setting];
}

/** What a line is, as far as it matters here; 'level' and 'option' only within `[default]`. */
type Role = 'header' | 'level' | 'rest of level' | 'option' | 'other';

function rolesOf(lines: readonly string[]): readonly Role[] {
  let inSection = false;
  let current: 'level' | 'option' | null = null;
  let indent = 0;
  return lines.map((line): Role => {
    const text = line.replace(/^\uFEFF/, '').trim();
    if (isSilent(text)) return 'other';
    const depth = indentOf(line).length;
    if (current !== null && depth > indent) return current === 'level' ? 'rest of level' : 'other';
    indent = depth;
    const [, section] = HEADER.exec(text) ?? [];
    if (section !== undefined || text.startsWith('[')) {
      inSection = section === SECTION;
      current = null;
      return inSection ? 'header' : 'other';
    }
    const isLevel = inSection && OPTION.exec(text)?.[1]?.toLowerCase() === 'security_level';
    current = isLevel ? 'level' : 'option';
    return inSection ? current : 'other';
  });
}

/** Empty, or a comment. */
function isSilent(text: string): boolean {
  return text === '' || text.startsWith('#') || text.startsWith(';');
}

/** Each with its ending; \r alone ends a line too (Python's universal newlines). */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

function closed(text: string, ending: string): string {
  return text === '' || text === '\uFEFF' || /[\r\n]$/.test(text) ? text : text + ending;
}

function indentOf(line: string): string {
  return /^\uFEFF?([^\S\r\n]*)/.exec(line)?.[1] ?? '';
}
