import t from 'tap';
import { HistoryAnswer } from '../../../core/runs/comfyui-answers.ts';
import { parseMessage } from '../../../core/runs/messages.ts';
import { toProgress } from '../../../core/runs/progress.ts';
import { reduce } from '../../../core/runs/reduce.ts';
import type { PromptId, RunStatus } from '../../../core/runs/run.ts';
import { queuedRun, type RunState } from '../../../core/runs/state.ts';
import { brokenPromise } from './invariants.ts';
import { type Recording, recording, recordings } from './recordings.ts';

/** How each recorded run ends by its frames alone: [status, percent, cached, effective, files]. */
type End = readonly [RunStatus, number, number, number, number];

/** By recording, its runs in the order in which they were queued. */
const ENDS: Readonly<Record<string, readonly End[]>> = {
  ws_a_success_previews: [['completed', 100, 0, 1, 2]],
  ws_a2_success_png_previews: [['completed', 100, 1, 1, 2]],
  ws_a3_real_ksampler: [['completed', 100, 0, 1, 1]],
  ws_b_cached_again: [
    ['completed', 100, 0, 1, 2],
    ['completed', 100, 4, 0, 2],
    ['completed', 100, 3, 0, 2],
  ],
  ws_c_execution_error: [['error', 50, 1, 3, 0]],
  ws_d_interrupted: [['cancelled', 4, 1, 3, 0]],
  ws_d2_interrupt_by_prompt_id: [['cancelled', 7, 1, 3, 0]],
  ws_d3_interrupt_real_ksampler: [['cancelled', 17, 0, 3, 0]],
  ws_e_two_queued_one_client: [
    ['completed', 100, 0, 1, 2],
    ['completed', 100, 1, 1, 2],
  ],
  ws_e2_two_clients: [
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
    // Four without a client_id: progress and interruption go to all, start, success and error to none.
    ['running', 99, 0, 2, 0],
    ['running', 33, 0, 4, 0],
    // What it had put out before it was interrupted, only its history tells.
    ['running', 7, 0, 4, 0],
    ['queued', 0, 0, 4, 0],
    ['completed', 100, 0, 0, 0],
  ],
  ws_f_reconnect_mid_run: [['completed', 100, 0, 1, 2]],
  ws_f2_reconnect_tcp_abort: [['completed', 100, 1, 1, 2]],
  ws_f3_same_clientid_twice_open: [
    ['completed', 100, 1, 1, 2],
    // The socket was unregistered: not a frame of the second run came.
    ['queued', 0, 0, 4, 0],
  ],
  ws_f4_run_ends_while_away: [['running', 14, 1, 3, 0]],
  ws_f5_reconnect_during_foreign_run: [['completed', 100, 1, 1, 2]],
  ws_g_feature_flags_first: [
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
  ],
  ws_g2_feature_flags_second: [['completed', 100, 1, 1, 2]],
  ws_g3_odd_client_messages: [['completed', 100, 1, 1, 2]],
  ws_g4_flags_lost_on_reconnect: [['completed', 100, 1, 1, 2]],
  ws_g5_real_ksampler_metadata: [['completed', 100, 0, 1, 1]],
  ws_h_no_clientid: [['completed', 100, 0, 1, 2]],
  ws_h2_api_prefix: [],
  // Its frames were compressed, and are recorded as such.
  ws_h3_deflate_offered: [['queued', 0, 0, 4, 0]],
  ws_h4_subprotocol_offered: [],
  ws_i_queue_delete_and_clear: [
    ['completed', 100, 1, 1, 2],
    ['queued', 0, 0, 4, 0],
    ['queued', 0, 0, 4, 0],
    ['queued', 0, 0, 4, 0],
  ],
  ws_i2_order_front_number: [
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
    ['completed', 100, 1, 1, 2],
  ],
  ws_j_text_event_and_custom: [['completed', 100, 0, 0, 0]],
  ws_j2_expanded_graph: [['completed', 100, 0, 1, 2]],
  ws_j3_async_node: [['completed', 100, 0, 0, 2]],
  ws_j4_save_image_websocket: [['completed', 100, 0, 1, 0]],
  ws_j5_save_image_websocket_metadata: [['completed', 100, 2, 0, 0]],
  ws_j6_partly_valid_prompt: [['completed', 100, 1, 2, 2]],
  ws_j7_partial_execution_targets: [['completed', 100, 1, 2, 1]],
  ws_j8_logs_subscription: [['completed', 100, 1, 1, 2]],
  ws_j9_free_and_validation_error: [['completed', 100, 0, 1, 2]],
  ws_k_stalled_client: [['completed', 100, 1, 0, 2]],
  ws_l_big_client_message: [],
  ws_m_server_killed: [['running', 3, 1, 3, 0]],
  ws_origin_host: [],
};

/** Gives a recording's frames to its runs; the ones that name none are of the one that executes. */
function replay(
  from: Recording,
  check: (before: RunState, after: RunState) => void,
): Map<PromptId, RunState> {
  const runs = new Map([...from.prompts].map(([id, prompt]) => [id, queuedRun(id, prompt, 0)]));
  for (const { at, data } of from.frames) {
    const message = typeof data === 'string' ? parseMessage(data) : null;
    if (message === null || message.type === 'status' || message.promptId === null) continue;
    const before = runs.get(message.promptId);
    if (before === undefined) continue;
    const after = reduce(before, message, at);
    check(before, after);
    runs.set(message.promptId, after);
  }
  return runs;
}

for (const from of recordings()) {
  t.test(from.name, async (t) => {
    const expected = ENDS[from.name];
    if (expected === undefined) throw new Error('this recording has no expectation');
    const broken = new Set<string>();
    const runs = replay(from, (before, after) => {
      const promise = brokenPromise(before, after);
      if (promise !== null) broken.add(promise);
    });
    t.same([...broken], [], 'no promise was broken on the way');
    const ends = [...runs.values()].map(toProgress).map((run): End => {
      const files = Object.values(run.node_outputs).reduce((sum, output) => sum + output.items.length, 0);
      return [run.status, run.percent, run.cached_count, run.effective_total, files];
    });
    t.same(ends, expected);
  });
}

t.test('what a run that fails says', async (t) => {
  const [run] = replay(recording('ws_c_execution_error'), () => {}).values();
  t.match(run && toProgress(run), {
    node_id: '5',
    node_type: 'FailNode',
    error: {
      message: 'boom: toy failure',
      exception_type: 'ValueError',
      node_id: '5',
      node_type: 'FailNode',
    },
  });
});

t.test('a run that ended while nobody listened ends by its history', async (t) => {
  const from = recording('ws_f4_run_ends_while_away');
  const [[id, run] = []] = replay(from, () => {});
  const verdict = id === undefined ? undefined : HistoryAnswer.parse(from.histories.get(id))[id];
  if (run === undefined || verdict === undefined) throw new Error('the recording has no history');
  const ended = toProgress(reduce(run, verdict, 1e15));
  t.match(ended, { status: 'completed', percent: 100, nodes_done: 4 });
  t.same(Object.keys(ended.node_outputs).sort(), ['3', '4']);
});

t.test(
  'whatever was heard of a recorded run, it ends as its history says, with the outputs of it',
  async (t) => {
    let asked = 0;
    for (const from of recordings()) {
      for (const [id, run] of replay(from, () => {})) {
        const verdict = HistoryAnswer.safeParse(from.histories.get(id)).data?.[id];
        // `p-plain` was queued twice under one id: its history is that of the second run.
        if (verdict === undefined || id === 'p-plain') continue;
        asked += 1;
        const ended = toProgress(reduce(run, verdict, 1e15));
        const status = typeof verdict.outcome === 'string' ? verdict.outcome : 'error';
        t.equal(ended.status, status, `${from.name}: status`);
        const files = Object.values(ended.node_outputs).flatMap(({ items }) => items);
        t.same(
          new Set(files),
          new Set(verdict.outputs.flatMap(({ items }) => items)),
          `${from.name}: outputs`,
        );
      }
    }
    t.ok(asked >= 4, `${asked} histories`);
  },
);
