import t from 'tap';
import { memberOf, membersOf } from '../../client/json-text.ts';

t.test('the members of an object, each in its own characters', async (t) => {
  const rows: readonly [string, readonly (readonly [string, string])[]][] = [
    ['{}', []],
    ['[1]', []],
    ['7', []],
    ['{"a":1}', [['a', '1']]],
    [
      ' \n{ "seed" : 18446744073709551615 , "b":-1.50e3}',
      [
        ['seed', '18446744073709551615'],
        ['b', '-1.50e3'],
      ],
    ],
    [
      '{"a":"}\\",{","b":null}',
      [
        ['a', '"}\\",{"'],
        ['b', 'null'],
      ],
    ],
    [
      '{"a":{"b":[1,{"c":"]"}]},"d":[ ]\t}',
      [
        ['a', '{"b":[1,{"c":"]"}]}'],
        ['d', '[ ]'],
      ],
    ],
    ['{"\\u0061\\"":true}', [['a"', 'true']]],
    ['{"a":"\\\\"}', [['a', '"\\\\"']]],
  ];
  for (const [text, expected] of rows) {
    const found = membersOf(text).map(({ name, start, end }) => [name, text.slice(start, end)]);
    t.same(found, expected, text);
  }
});

t.test('of two members of one name the last counts, as for JSON.parse', async (t) => {
  const text = '{"a":1,"a":2}';
  const member = memberOf(text, 'a');
  t.equal(member && text.slice(member.start, member.end), '2');
  t.equal(memberOf(text, 'b'), null);
});
