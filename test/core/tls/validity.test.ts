import t from 'tap';
import { dateTrouble, isValidAt } from '../../../core/tls/validity.ts';

const DAY = 24 * 3_600_000;
const FROM = Date.UTC(2027, 0, 1);
const TO = Date.UTC(2027, 3, 1);

// [moment, state, words]
const ROWS: readonly [string, number, 'near' | 'invalid' | null, RegExp?][] = [
  ['before it begins', FROM - 1, 'invalid', /is not valid before 2027-01-01/],
  ['as it begins', FROM, null],
  ['with 14 days to go', TO - 14 * DAY, null],
  ['with a moment less', TO - 14 * DAY + 1, 'near', /ends on 2027-04-01, in 13 days/],
  ['with a day to go', TO - DAY, 'near', /in 1 day$/],
  ['a moment before its end', TO - 1, 'near', /in 0 days/],
  ['at its end', TO, 'invalid', /has ended on 2027-04-01/],
];

t.test('what there is to say of a certificate by its dates', async (t) => {
  for (const [what, now, state, words] of ROWS) {
    const trouble = dateTrouble({ validFrom: FROM, expiresAt: TO }, now);
    t.equal(trouble?.state ?? null, state, what);
    if (words !== undefined) t.match(trouble?.words, words, what);
    t.equal(isValidAt({ validFrom: FROM, expiresAt: TO }, now), state !== 'invalid', what);
  }
});
