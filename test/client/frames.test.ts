import t from 'tap';
import { parseFrame } from '../../client/frames.ts';
import { runProgress } from '../support/run-progress.ts';

t.test('a message with prompt_id is the progress of a run', async (t) => {
  const run = runProgress({
    status: 'error',
    node_outputs: {
      '9': {
        node_title: 'Save Image',
        node_type: 'SaveImage',
        items: [{ filename: 'a.png', subfolder: '', type: 'output', media: 'image' }],
      },
    },
    error: { message: 'boom', exception_type: 'ValueError', node_id: '5', node_type: 'FailNode' },
  });
  t.same(parseFrame(JSON.stringify(run)), { type: 'progress', run });
});

t.test('a message with type is an event, also of a type not heard of', async (t) => {
  const event = {
    id: 7,
    type: 'moon.rose',
    severity: 'info',
    message: 'It rose',
    timestamp: '2026-01-01T12:00:00.000Z',
    data: { prompt_id: 'a' },
  };
  t.same(parseFrame(JSON.stringify({ ...event, phase: 'full' })), { type: 'event', event });
});

t.test('anything else is passed over', async (t) => {
  const others = [
    '',
    'null',
    '[]',
    '{}',
    '{"prompt_id":1}',
    '{"prompt_id":"a","status":"new"}',
    '{"type":"x"}',
  ];
  for (const text of others) t.equal(parseFrame(text), null, text);
});
