import t from 'tap';
import { chooseOutputs } from '../../../core/runs/choose-output.ts';
import type { OutputItem } from '../../../core/runs/run.ts';
import { runProgress } from '../../support/run-progress.ts';

const item = (filename: string, type = 'output', media: OutputItem['media'] = 'image'): OutputItem => ({
  filename,
  subfolder: '',
  type,
  media,
});

const RUN = runProgress({
  prompt_id: 'p1',
  node_outputs: {
    3: { node_title: 'Preview', node_type: 'PreviewImage', items: [item('t.png', 'temp')] },
    9: { node_title: 'Save', node_type: 'SaveImage', items: [item('a.png'), item('b.png')] },
    12: { node_title: 'Film', node_type: 'SaveVideo', items: [item('c.mp4', 'output', 'video')] },
  },
});

t.test("a run's files: what was saved comes before what was only shown", async (t) => {
  const names = (choice: Parameters<typeof chooseOutputs>[1]) =>
    chooseOutputs(RUN, choice).map(({ filename }) => filename);
  t.same(names({}), ['a.png', 'b.png', 'c.mp4', 't.png']);
  t.same(names({ node: '9' }), ['a.png', 'b.png']);
  t.same(names({ node: '3' }), ['t.png']);
  t.same(names({ kind: 'video' }), ['c.mp4']);
  t.same(names({ kind: 'image' }), ['a.png', 'b.png', 't.png']);
  t.same(names({ node: '12', kind: 'image' }), []);
  t.same(names({ node: '__proto__' }), []);
  t.match(chooseOutputs(RUN, {})[0], { node_id: '9', node_title: 'Save' });
});
