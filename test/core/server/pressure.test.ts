import t from 'tap';
import type { Pressure } from '../../../core/http/route.ts';
import { judgeBacklog, NO_BACKLOG } from '../../../core/server/pressure.ts';

const KIB = 1024;
const PATIENCE = { idleMs: 5000, totalMs: 60_000 };

t.test('the pressure rises with what waits, and falls only when it is nearly gone', async (t) => {
  const rows: readonly [string, readonly (readonly [number, Pressure])[]][] = [
    [
      'a fast reader',
      [
        [0, 'none'],
        [64 * KIB, 'none'],
        [0, 'none'],
      ],
    ],
    [
      'over each limit',
      [
        [64 * KIB + 1, 'some'],
        [256 * KIB + 1, 'high'],
        [1024 * KIB + 1, 'full'],
      ],
    ],
    ['at once', [[2048 * KIB, 'full']]],
    [
      'between the limits it stays',
      [
        [300 * KIB, 'high'],
        [70 * KIB, 'high'],
        [17 * KIB, 'high'],
      ],
    ],
    [
      'it recovers',
      [
        [300 * KIB, 'high'],
        [16 * KIB, 'none'],
        [70 * KIB, 'some'],
      ],
    ],
    [
      'from full as well',
      [
        [2048 * KIB, 'full'],
        [17 * KIB, 'full'],
        [16 * KIB, 'none'],
      ],
    ],
  ];
  for (const [name, looks] of rows) {
    let backlog = NO_BACKLOG;
    for (const [buffered, expected] of looks) {
      backlog = judgeBacklog(backlog, buffered, 0, PATIENCE);
      t.equal(backlog.pressure, expected, `${name}: ${buffered}`);
    }
  }
});

t.test('a full one is stuck when it reads nothing, or does not get through in time', async (t) => {
  const rows: readonly [string, readonly (readonly [number, number, Pressure])[]][] = [
    [
      'it reads nothing',
      [
        [0, 2e6, 'full'],
        [4999, 2e6, 'full'],
        [5000, 2e6, 'stuck'],
        [5250, 2e6, 'stuck'],
      ],
    ],
    [
      'it reads a little',
      [
        [0, 2e6, 'full'],
        [4000, 1.9e6, 'full'],
        [8999, 1.9e6, 'full'],
        [9000, 1.9e6, 'stuck'],
      ],
    ],
    [
      'it reads for too long',
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((step) => [
        4000 * step,
        2e6 - step,
        step === 15 ? 'stuck' : 'full',
      ]),
    ],
    [
      'it gets through',
      [
        [0, 2e6, 'full'],
        [4000, 1e5, 'full'],
        [8000, 0, 'none'],
        [90_000, 2e6, 'full'],
        [94_000, 2e6, 'full'],
      ],
    ],
  ];
  for (const [name, looks] of rows) {
    let backlog = NO_BACKLOG;
    for (const [now, buffered, expected] of looks) {
      backlog = judgeBacklog(backlog, buffered, now, PATIENCE);
      t.equal(backlog.pressure, expected, `${name}: at ${now} ms`);
    }
  }
});
