import t from 'tap';
import { inTurn } from '../../bench/load/in-turn.ts';

t.test(
  'each has its turn in each round, every other one backwards, and the first is not counted',
  async (t) => {
    const turns: string[] = [];
    const servers = ['a', 'b', 'c'].map((name) => ({ name, version: '1' }));
    const rows = await inTurn(servers, 2, async ({ name }) => {
      turns.push(name);
      return { at: turns.length };
    });
    t.equal(turns.join(''), 'abccbaabc');
    t.same(
      rows.map(({ server, samples }) => [server, samples]),
      [
        ['a', { at: [6, 7] }],
        ['b', { at: [5, 8] }],
        ['c', { at: [4, 9] }],
      ],
    );
  },
);
