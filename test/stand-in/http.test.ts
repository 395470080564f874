import t, { type Test } from 'tap';
import { z } from 'zod';
import { shapeOf } from '../support/comfyui/normal-form.ts';
import { type Exchange, readHttpRecording } from '../support/comfyui/recording.ts';
import { type Answer, fillCache, learnPromptId, type Names, send } from '../support/comfyui/replay.ts';
import { type StandIn, startStandIn } from '../support/comfyui/stand-in.ts';
import { toy } from '../support/workflows.ts';

const entries = z.record(
  z.string(),
  z.looseObject({
    prompt: z.tuple([z.unknown(), z.string(), z.unknown(), z.record(z.string(), z.unknown())], z.unknown()),
  }),
);

t.test('POST /prompt', async (t) => {
  const standIn = await start(t);
  await compare(t, standIn, 'prompt_success');
  await standIn.idle();
  // The one body that the recording leaves out is 101 MiB.
  await compare(t, standIn, 'prompt_validation_errors', { exact: true, skip: (one) => one.status === 413 });
});

t.test('the queue, then the history of what was in it', async (t) => {
  const standIn = await start(t);
  await fillCache(standIn, toy(), ['1']);
  standIn.hold();
  await compare(t, standIn, 'queue', {
    before: async (index) => {
      if (index === 12) standIn.release();
      if (index > 12) await standIn.idle();
      else await standIn.settled();
    },
  });
  await compare(t, standIn, 'history_interrupted_and_tokens');
});

t.test('clearing the queue', async (t) => {
  const standIn = await start(t);
  standIn.hold();
  await compare(t, standIn, 'queue_clear', {
    before: (index) => (index === 6 ? standIn.idle() : standIn.settled()),
  });
});

t.test('the history', async (t) => {
  const standIn = await start(t);
  const [success, , , latestTwo, first] = readHttpRecording('history');
  await rerun(standIn, first);
  await fillCache(standIn, toy(), ['1']);
  for (const recorded of [success, latestTwo]) await rerun(standIn, recorded);
  await compare(t, standIn, 'history');
});

t.test('deleting from the history', async (t) => {
  const standIn = await start(t);
  await fillCache(standIn, toy(), ['1']);
  await rerun(standIn, readHttpRecording('history_delete_clear')[0]);
  await compare(t, standIn, 'history_delete_clear');
});

t.test('uploads, and GET /view of them', async (t) => {
  const standIn = await start(t);
  await compare(t, standIn, 'upload_image', { exact: true, skip: (one) => one.status === 413 });
  const [output, , , temp] = readHttpRecording('view');
  for (const recorded of [output, temp]) {
    const query = new URL(recorded?.path ?? '', 'http://x').searchParams;
    const bytes = Buffer.from(recorded?.response_body_b64 ?? '', 'base64');
    standIn.addFile(query.get('type') === 'temp' ? 'temp' : 'output', query.get('filename') ?? '', bytes);
  }
  // Here If-None-Match gets its own ETag and the date is today's; previews and channels are not made.
  const differs = (one: Exchange): boolean =>
    'If-None-Match' in one.request_headers ||
    'If-Modified-Since' in one.request_headers ||
    /preview=|channel=/.test(one.path);
  await compare(t, standIn, 'view', { exact: true, skip: differs });

  const url = `${standIn.url}/view?filename=rec_00038_.png`;
  const whole = await fetch(url);
  const etag = whole.headers.get('etag') ?? '';
  const modified = whole.headers.get('last-modified') ?? '';
  t.equal((await fetch(url, { headers: { 'If-None-Match': etag } })).status, 304);
  t.equal((await fetch(url, { headers: { 'If-None-Match': '"other"' } })).status, 200);
  t.equal((await fetch(url, { headers: { 'If-Modified-Since': modified } })).status, 304);
});

t.test('what else there is', async (t) => {
  const standIn = await start(t);
  await compare(t, standIn, 'interrupt_free');
  await compare(t, standIn, 'features', { exact: true });
  await compare(t, standIn, 'system_stats');
  await compare(t, standIn, 'origin_host');
  // Routes nothing asks for: logs, folder paths, experiments, metadata.
  await compare(t, standIn, 'other_routes', {
    skip: (one) => /internal|experiment|view_metadata/.test(one.path),
  });
});

t.test('GET /object_info describes the recorded nodes in the same fields', async (t) => {
  const standIn = await start(t);
  const [all, one, none, save] = readHttpRecording('object_info');
  for (const recorded of [one, none, save]) {
    if (recorded)
      t.strictSame(
        parse((await send(standIn.port, recorded)).body.toString()),
        parse(recorded.response_body),
      );
  }
  const here = z
    .record(z.string(), z.unknown())
    .parse(await (await fetch(`${standIn.url}/object_info`)).json());
  const there = z.record(z.string(), z.unknown()).parse(parse(all?.response_body));
  t.strictSame(keysOf(here.KSampler), keysOf(there.KSampler));
  t.strictSame(here.EmptyImage, there.EmptyImage);
});

async function start(t: Test): Promise<StandIn> {
  const standIn = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => standIn.close());
  return standIn;
}

/** Sends each request of a recording and compares status, headers and body: its shape, or all of it. */
async function compare(
  t: Test,
  standIn: StandIn,
  name: string,
  options: {
    exact?: boolean;
    skip?: (exchange: Exchange) => boolean;
    before?: (index: number) => Promise<void>;
  } = {},
): Promise<void> {
  const names: Names = new Map();
  for (const [index, recorded] of readHttpRecording(name).entries()) {
    if (options.skip?.(recorded)) continue;
    await options.before?.(index);
    const answer = await send(standIn.port, recorded, names);
    learnPromptId(names, recorded, answer);
    const about = `${recorded.method} ${recorded.path} ${recorded.note ?? ''}`;
    t.equal(answer.status, recorded.status, `${about}: status`);
    t.strictSame(headersOf(answer.headers), headersOf(recorded.response_headers), `${about}: headers`);
    t.strictSame(bodyOf(answer, options.exact), recordedBody(recorded, options.exact), `${about}: body`);
  }
}

/** Runs a prompt of the recorded history again, under its old id. */
async function rerun(standIn: StandIn, recorded: Exchange | undefined): Promise<void> {
  for (const { prompt } of Object.values(entries.parse(parse(recorded?.response_body)))) {
    const [, prompt_id, nodes, extra] = prompt;
    const { client_id, ...extra_data } = extra;
    const body = JSON.stringify({
      prompt: nodes,
      prompt_id,
      extra_data,
      ...(client_id !== undefined && { client_id }),
    });
    await fetch(`${standIn.url}/prompt`, { method: 'POST', body });
    await standIn.idle();
  }
}

/** The headers a client may look at; of those that change from one time to the next only that they are there. */
function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const compared = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(
      ([name]) => !['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'].includes(name),
    )
    .map(([name, value]) => [name, ['etag', 'last-modified'].includes(name) ? typeof value : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(compared);
}

function bodyOf({ headers, body }: Answer, exact = false): unknown {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return jsonBody(body.toString(), exact);
  if (type.startsWith('text/html')) return pageTitle(body.toString());
  return type.startsWith('image/') ? body.toString('base64') : body.toString();
}

function recordedBody(recorded: Exchange, exact = false): unknown {
  const type = recorded.response_headers['Content-Type'] ?? '';
  const text = recorded.response_body ?? '';
  if (type.startsWith('application/json')) return jsonBody(text, exact);
  if (recorded.response_body_b64 !== undefined) return recorded.response_body_b64;
  return type.startsWith('text/html') ? pageTitle(text) : text;
}

function jsonBody(text: string, exact: boolean): unknown {
  if (text === '') return '';
  const value = parse(text);
  return exact ? JSON.parse(JSON.stringify(value, unlike)) : shapeOf(value);
}

/** Blanks what differs each time: ids, numbers of runs, Python's tracebacks. */
function unlike(key: string, value: unknown): unknown {
  return ['prompt_id', 'number', 'traceback'].includes(key) ? 'blank' : value;
}

function pageTitle(html: string): string {
  return html.slice(0, 15);
}

function parse(text: string | undefined): unknown {
  return JSON.parse(text ?? '');
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
