import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { readStreamOptions } from '../../../handlers/run/stream-options.ts';

t.test('the options, and what they are when they are not given', async (t) => {
  const rows: readonly [string, object][] = [
    ['', { promptId: null, since: null, previews: 'raw' }],
    ['since=0', { promptId: null, since: 0, previews: 'raw' }],
    ['since=999999999999999&previews=off', { promptId: null, since: 999999999999999, previews: 'off' }],
    ['prompt_id=a%2Fb&previews=tagged', { promptId: 'a/b', since: null, previews: 'tagged' }],
    ['previews=raw&other=1&other=2', { promptId: null, since: null, previews: 'raw' }],
    [`prompt_id=${'x'.repeat(256)}`, { promptId: 'x'.repeat(256), since: null, previews: 'raw' }],
  ];
  for (const [query, options] of rows) t.same(readStreamOptions(new URLSearchParams(query)), options, query);
});

t.test('what cannot be meant is refused, and the refusal names the option', async (t) => {
  const rows: readonly [string, string][] = [
    ['since=', 'since'],
    ['since=-1', 'since'],
    ['since=1e1', 'since'],
    ['since=1.5', 'since'],
    ['since=x', 'since'],
    ['since=+1', 'since'],
    ['since=1234567890123456', 'since'],
    ['since=1&since=2', 'since'],
    ['previews=', 'previews'],
    ['previews=RAW', 'previews'],
    ['previews=raw&previews=off', 'previews'],
    ['prompt_id=', 'prompt_id'],
    [`prompt_id=${'x'.repeat(257)}`, 'prompt_id'],
    ['prompt_id=a&prompt_id=b', 'prompt_id'],
  ];
  for (const [query, option] of rows) {
    try {
      readStreamOptions(new URLSearchParams(query));
      t.fail(query);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      t.equal(error.status, 400);
      t.ok(
        error.message.startsWith(`${option} must be`) || error.message.startsWith(`${option} must have`),
        error.message,
      );
    }
  }
});
