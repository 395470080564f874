import fc from 'fast-check';
import t from 'tap';
import { withSecurityLevel } from '../../../core/proxy/manager-ini.ts';
import { SECURITY_LEVELS } from '../../../core/proxy/manager-level.ts';
import { holds } from '../../support/property.ts';

/** [what is special, before, after setting `strong`] */
const SHAPES: readonly [string, string, string][] = [
  [
    'as Manager writes it',
    '[default]\npreview_method = none\nsecurity_level = weak\nnetwork_mode = public\n\n',
    '[default]\npreview_method = none\nsecurity_level = strong\nnetwork_mode = public\n\n',
  ],
  ['the level there already', '[default]\nsecurity_level = strong\n', '[default]\nsecurity_level = strong\n'],
  ['no line ending at the end', '[default]\nsecurity_level = weak', '[default]\nsecurity_level = strong'],
  [
    'CRLF',
    '[default]\r\nsecurity_level = weak\r\na = b\r\n',
    '[default]\r\nsecurity_level = strong\r\na = b\r\n',
  ],
  ['CR', '[default]\rsecurity_level = weak\ra = b\r', '[default]\rsecurity_level = strong\ra = b\r'],
  [
    'mixed endings',
    '[default]\r\nsecurity_level = weak\na = b\r\n',
    '[default]\r\nsecurity_level = strong\na = b\r\n',
  ],
  ['a BOM', '\uFEFF[default]\nsecurity_level = weak\n', '\uFEFF[default]\nsecurity_level = strong\n'],
  ['a colon', '[default]\nsecurity_level: weak\n', '[default]\nsecurity_level: strong\n'],
  ['no spaces', '[default]\nsecurity_level=weak\n', '[default]\nsecurity_level=strong\n'],
  [
    'tabs and trailing blanks',
    '[default]\nsecurity_level\t=\tweak \t\n',
    '[default]\nsecurity_level\t=\tstrong \t\n',
  ],
  ['capitals', '[default]\nSecurity_Level = weak\n', '[default]\nSecurity_Level = strong\n'],
  ['an empty value', '[default]\nsecurity_level =\na = b\n', '[default]\nsecurity_level =strong\na = b\n'],
  ['no delimiter', '[default]\nsecurity_level\na = b\n', '[default]\nsecurity_level = strong\na = b\n'],
  ['an unknown value', '[default]\nsecurity_level = normal-\n', '[default]\nsecurity_level = strong\n'],
  [
    'comments',
    '# top\n[default]\n; security_level = weak\n#security_level = weak\nsecurity_level = weak\n# end\n',
    '# top\n[default]\n; security_level = weak\n#security_level = weak\nsecurity_level = strong\n# end\n',
  ],
  [
    'a remark behind the value, which configparser would take for a part of it',
    '[default]\nsecurity_level = weak ; my pod = mine\na = b\n',
    '[default]\n; my pod = mine\nsecurity_level = strong\na = b\n',
  ],
  [
    'a value over several lines',
    '[default]\nsecurity_level = weak\n  more\n\n  # kept\n  and more\na = b\n',
    '[default]\nsecurity_level = strong\n\n  # kept\na = b\n',
  ],
  [
    'twice: the last one counts, so both are set',
    '[default]\nsecurity_level = weak\na = b\nsecurity_level = normal\n',
    '[default]\nsecurity_level = strong\na = b\nsecurity_level = strong\n',
  ],
  [
    'the section twice',
    '[default]\na = b\n[x]\nsecurity_level = weak\n[default]\nsecurity_level = weak\n',
    '[default]\na = b\n[x]\nsecurity_level = weak\n[default]\nsecurity_level = strong\n',
  ],
  [
    'other sections, and names that are alike',
    '[DEFAULT]\nsecurity_level = weak\n[default2]\nsecurity_level = weak\n[default]\nsecurity_level_x = weak\nx_security_level = weak\nsecurity_level = weak\n[z]\nsecurity_level = weak\n',
    '[DEFAULT]\nsecurity_level = weak\n[default2]\nsecurity_level = weak\n[default]\nsecurity_level_x = weak\nx_security_level = weak\nsecurity_level = strong\n[z]\nsecurity_level = weak\n',
  ],
  [
    'text of another value that looks like the setting',
    '[default]\nnote = a\n  security_level = weak\n  [x]\nsecurity_level = weak\n',
    '[default]\nnote = a\n  security_level = weak\n  [x]\nsecurity_level = strong\n',
  ],
  [
    'indented settings',
    '[default]\n  a = b\n  security_level = weak\n',
    '[default]\n  a = b\n  security_level = strong\n',
  ],
  [
    'an indented header',
    '  [default]\n  security_level = weak\n',
    '  [default]\n  security_level = strong\n',
  ],
  ['the setting missing', '[default]\na = b\n', '[default]\nsecurity_level = strong\na = b\n'],
  [
    'missing among indented settings, where it must not swallow them',
    '[default]\n# c\n  a = b\n  c = d\n',
    '[default]\n  security_level = strong\n# c\n  a = b\n  c = d\n',
  ],
  [
    'missing before an indented section',
    '[default]\n  [x]\n',
    '[default]\n  security_level = strong\n  [x]\n',
  ],
  ['missing, CRLF', '[default]\r\na = b\r\n', '[default]\r\nsecurity_level = strong\r\na = b\r\n'],
  ['a header and nothing else', '[default]', '[default]\nsecurity_level = strong\n'],
  ['a header with a remark', '[default] ; x\na = b\n', '[default] ; x\nsecurity_level = strong\na = b\n'],
  ['the section missing', '[x]\na = b\n', '[x]\na = b\n[default]\nsecurity_level = strong\n'],
  [
    'the section missing, no ending',
    '[x]\r\na = b',
    '[x]\r\na = b\r\n[default]\r\nsecurity_level = strong\r\n',
  ],
  ['only a comment', '# x', '# x\n[default]\nsecurity_level = strong\n'],
  ['nothing', '', '[default]\nsecurity_level = strong\n'],
  ['nothing but a BOM', '\uFEFF', '\uFEFF[default]\nsecurity_level = strong\n'],
  ['the section as a comment', '#[default]\n', '#[default]\n[default]\nsecurity_level = strong\n'],
];

t.test('only the level changes, whatever the file looks like', async (t) => {
  for (const [name, before, after] of SHAPES) t.equal(withSecurityLevel(before, 'strong'), after, name);
});

const LINES = [
  '[default]',
  '[x]',
  'a = b',
  '  c = d',
  '# e',
  '; f',
  '',
  'security_level = weak',
  'security_level=normal-',
  '\tg',
  'h: i = j',
];

/** A value of several lines loses the further ones with it; nothing else is indented here. */
function stays(line: string): boolean {
  return !/^\s|security_level|^\[default\]$/.test(line);
}

t.test('setting it twice is setting it once, and every other line stays, in order', async (t) => {
  const line = fc
    .tuple(fc.constantFrom(...LINES), fc.constantFrom('\n', '\r\n'))
    .map((pair) => pair.join(''));
  const text = fc.array(line).map((lines) => lines.join(''));
  const staying = (ini: string) => ini.split(/(?<=\n)/).filter((each) => stays(each.trimEnd()));
  holds(
    t,
    'idempotent, and the level can be set back and forth',
    fc.property(text, fc.constantFrom(...SECURITY_LEVELS), (ini, level) => {
      const once = withSecurityLevel(ini, level);
      const back = withSecurityLevel(withSecurityLevel(once, 'weak'), level);
      return (
        withSecurityLevel(once, level) === once &&
        back === once &&
        new RegExp(`^\\s*security_level ?= ?${level}\\r?$`, 'm').test(once) &&
        staying(once).join('') === staying(ini).join('')
      );
    }),
    2000,
  );
});
