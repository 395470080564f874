import t from 'tap';
import { shapeOf } from '../support/comfyui/normal-form.ts';
import { readSocketRecording } from '../support/comfyui/recording.ts';
import { replay } from '../support/comfyui/replay.ts';
import { startStandIn } from '../support/comfyui/stand-in.ts';

/** A recording, and the actions in it that happen in the middle of a run: action -> steps shown by then. */
const scenarios: readonly { name: string; at?: Readonly<Record<number, number>> }[] = [
  { name: 'a_success_previews' },
  { name: 'a2_success_png_previews' },
  { name: 'a3_real_ksampler' },
  { name: 'b_cached_again' },
  { name: 'c_execution_error' },
  { name: 'd_interrupted', at: { 2: 5 } },
  { name: 'd2_interrupt_by_prompt_id', at: { 2: 4, 3: 8 } },
  { name: 'd3_interrupt_real_ksampler', at: { 2: 11 } },
  { name: 'e_two_queued_one_client', at: { 2: 0, 3: 0, 4: 0 } },
  { name: 'e2_two_clients', at: { 3: 0, 8: 4 } },
  { name: 'f_reconnect_mid_run', at: { 2: 4, 3: 8 } },
  { name: 'f2_reconnect_tcp_abort', at: { 2: 4, 3: 8 } },
  { name: 'f3_same_clientid_twice_open' },
  { name: 'f4_run_ends_while_away', at: { 2: 1 } },
  { name: 'f5_reconnect_during_foreign_run', at: { 2: 2 } },
  { name: 'g_feature_flags_first' },
  { name: 'g2_feature_flags_second' },
  { name: 'g3_odd_client_messages' },
  { name: 'g4_flags_lost_on_reconnect', at: { 3: 4, 4: 4, 5: 8 } },
  { name: 'g5_real_ksampler_metadata' },
  { name: 'h_no_clientid' },
  { name: 'h2_api_prefix' },
  { name: 'h4_subprotocol_offered' },
  {
    name: 'i_queue_delete_and_clear',
    at: Object.fromEntries([2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => [i, 0])),
  },
  { name: 'i2_order_front_number', at: { 2: 0, 3: 0, 4: 0, 5: 0, 6: 0 } },
  { name: 'j_text_event_and_custom' },
  { name: 'j2_expanded_graph' },
  { name: 'j3_async_node' },
  { name: 'j4_save_image_websocket' },
  { name: 'j5_save_image_websocket_metadata' },
  { name: 'j6_partly_valid_prompt' },
  { name: 'j7_partial_execution_targets' },
  { name: 'j9_free_and_validation_error' },
  { name: 'l_big_client_message' },
];

for (const { name, at } of scenarios) {
  t.test(`${name}: the same frames in the same order`, async (t) => {
    const standIn = await startStandIn({ stepDelayMs: 0 });
    t.teardown(() => standIn.close());
    const { frames, exchanges } = await replay(readSocketRecording(name), standIn, at);
    t.ok(frames.length > 0);
    for (const { client, recorded, here } of frames)
      t.strictSame(here, recorded, `frames of ${client || 'the client'}`);
    for (const { recorded, answer } of exchanges) {
      const about = `${recorded.method} ${recorded.path}`;
      t.equal(answer.status, recorded.status, `${about}: status`);
      t.strictSame(
        shapeOf(parse(answer.body.toString())),
        shapeOf(parse(recorded.response_body ?? '')),
        about,
      );
    }
  });
}

function parse(body: string): unknown {
  // Run ids are keys in the history.
  return body === '' ? '' : JSON.parse(body.replace(/"[0-9a-f]{8}-[0-9a-f-]{27}"/g, '"run"'));
}
