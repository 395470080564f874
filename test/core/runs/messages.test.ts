import t from 'tap';
import { parseMessage } from '../../../core/runs/messages.ts';
import { framesOfType, recordings } from './recordings.ts';

const frame = (type: string, data: unknown) => JSON.stringify({ type, data });
const id = 'run-1';

t.test('what is said of a run is read', async (t) => {
  const table: [name: string, text: string, expected: unknown][] = [
    [
      'status',
      frame('status', { status: { exec_info: { queue_remaining: 3 } }, sid: 'x' }),
      { type: 'status', queueRemaining: 3 },
    ],
    [
      'start',
      frame('execution_start', { prompt_id: id, timestamp: 1 }),
      { type: 'execution_start', promptId: id },
    ],
    [
      'cached',
      frame('execution_cached', { prompt_id: id, nodes: ['1'] }),
      { type: 'execution_cached', promptId: id, nodes: ['1'] },
    ],
    [
      'executing',
      frame('executing', { prompt_id: id, node: '2.0.0.1', display_node: '2' }),
      { type: 'executing', promptId: id, node: '2.0.0.1', displayNode: '2' },
    ],
    [
      'executing after a reconnect',
      frame('executing', { node: '2' }),
      { type: 'executing', promptId: null, node: '2', displayNode: null },
    ],
    [
      'the last executing',
      frame('executing', { node: null, prompt_id: id }),
      { type: 'executing', promptId: id, node: null, displayNode: null },
    ],
    [
      'progress',
      frame('progress', { value: 1, max: 5, prompt_id: id, node: '2' }),
      { type: 'progress', promptId: id, node: '2', value: 1, max: 5 },
    ],
    [
      'progress of old versions',
      frame('progress', { value: 1, max: 5 }),
      { type: 'progress', promptId: null, node: null, value: 1, max: 5 },
    ],
    [
      'progress_state',
      frame('progress_state', {
        prompt_id: id,
        nodes: { 2: { value: 1, max: 5, state: 'running', display_node_id: '2' } },
      }),
      {
        type: 'progress_state',
        promptId: id,
        nodes: [{ node: '2', displayNode: '2', state: 'running', value: 1, max: 5 }],
      },
    ],
    [
      'executed',
      frame('executed', {
        prompt_id: id,
        node: '3',
        output: { images: [{ filename: 'a.png' }], text: ['x'] },
      }),
      {
        type: 'executed',
        promptId: id,
        node: '3',
        displayNode: null,
        items: [{ filename: 'a.png', subfolder: '', type: 'output', media: 'image' }],
      },
    ],
    [
      'executed without output',
      frame('executed', { prompt_id: id, node: '3' }),
      { type: 'executed', promptId: id, node: '3', displayNode: null, items: [] },
    ],
    ['success', frame('execution_success', { prompt_id: id }), { type: 'execution_success', promptId: id }],
    [
      'interruption',
      frame('execution_interrupted', { prompt_id: id, node_id: '2' }),
      { type: 'execution_interrupted', promptId: id },
    ],
    [
      'error',
      frame('execution_error', {
        prompt_id: id,
        node_id: '5',
        node_type: 'Fail',
        exception_message: ' boom\n',
        exception_type: 'ValueError',
        traceback: ['x'],
      }),
      {
        type: 'execution_error',
        promptId: id,
        message: 'boom',
        exceptionType: 'ValueError',
        node: '5',
        nodeType: 'Fail',
      },
    ],
    [
      'an error that says nothing',
      frame('execution_error', { prompt_id: id, exception_message: 7 }),
      {
        type: 'execution_error',
        promptId: id,
        message: 'ComfyUI gave no reason',
        exceptionType: null,
        node: null,
        nodeType: null,
      },
    ],
  ];
  for (const [name, text, expected] of table) t.same(parseMessage(text), expected, name);
});

t.test('whatever else comes is ignored, and never throws', async (t) => {
  const table: [name: string, text: string][] = [
    ['nothing', ''],
    ['no JSON', '{nope'],
    [
      'NaN, as Python writes it',
      '{"type": "progress", "data": {"value": NaN, "max": 1, "prompt_id": "x", "node": "1"}}',
    ],
    ['a number', '7'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no data', '{"type": "status"}'],
    ['data null', frame('status', null)],
    ['an unknown type', frame('toy.custom_event', { text: 'x' })],
    ["a type that is an object's own", frame('constructor', {})],
    ['a type that is no string', JSON.stringify({ type: ['status'], data: {} })],
    ['a prompt id that is a number', frame('execution_start', { prompt_id: 7 })],
    ['an empty prompt id', frame('execution_start', { prompt_id: '' })],
    ['a prompt id without end', frame('execution_start', { prompt_id: 'x'.repeat(100_000) })],
    ['a step below zero', frame('progress', { prompt_id: id, node: '1', value: -1, max: 5 })],
    [
      'an infinite max',
      '{"type": "progress", "data": {"value": 1, "max": 1e999, "prompt_id": "x", "node": "1"}}',
    ],
    [
      'a node state that does not exist',
      frame('progress_state', { prompt_id: id, nodes: { 1: { value: 0, max: 1, state: 'dancing' } } }),
    ],
    ['nodes that are a list of numbers', frame('execution_cached', { prompt_id: id, nodes: [1] })],
    ['very deep', `${'{"type":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ];
  for (const [name, text] of table) t.equal(parseMessage(text), null, name);
});

t.test('what can grow without end is cut', async (t) => {
  const error = parseMessage(frame('execution_error', { prompt_id: id, exception_message: 'x'.repeat(1e6) }));
  t.equal(error?.type === 'execution_error' && error.message.length, 2000);
  const images = Array.from({ length: 5000 }, (_, index) => ({ filename: `${index}.png` }));
  const executed = parseMessage(frame('executed', { prompt_id: id, node: '1', output: { images } }));
  t.equal(executed?.type === 'executed' && executed.items.length, 1000);
});

t.test('a frame that would take long to read is ignored', async (t) => {
  const padded = (length: number) => frame('execution_success', { prompt_id: id }).padEnd(length);
  t.match(parseMessage(padded(8 * 1024 * 1024)), { type: 'execution_success' });
  t.equal(parseMessage(padded(8 * 1024 * 1024 + 1)), null);
});

t.test('__proto__ as a node id is a node id', async (t) => {
  const text = `{"type":"progress_state","data":{"prompt_id":"x","nodes":{"__proto__":{"value":0,"max":1,"state":"running"}}}}`;
  parseMessage(text);
  t.notOk('value' in {}, 'no prototype was changed');
});

t.test('every recorded frame of a known type is read', async (t) => {
  const types = [
    'status',
    'execution_start',
    'execution_cached',
    'executing',
    'progress',
    'progress_state',
    'executed',
    'execution_success',
    'execution_error',
    'execution_interrupted',
  ];
  const all = recordings();
  t.ok(all.length >= 35, 'the recordings are here');
  for (const type of types) {
    const texts = all.flatMap((recording) => framesOfType(recording, type));
    t.ok(texts.length > 0, `${type} was recorded`);
    t.equal(texts.filter((text) => parseMessage(text)?.type !== type).length, 0, type);
  }
});
