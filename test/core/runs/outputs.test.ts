import t from 'tap';
import { MOST_OUTPUT, mergeItems, outputItems } from '../../../core/runs/outputs.ts';
import { reduce } from '../../../core/runs/reduce.ts';
import { queuedRun } from '../../../core/runs/state.ts';

t.test('the extension says what a file is; then the ui key; else it is a file', async (t) => {
  const table: [key: string, filename: string, media: string][] = [
    ['images', 'a.png', 'image'],
    ['images', 'a.JPG', 'image'],
    ['images', 'clip.mp4', 'video'],
    ['gifs', 'clip.webm', 'video'],
    ['gifs', 'loop.gif', 'image'],
    ['gifs', 'clip.bin', 'video'],
    ['audio', 'song.flac', 'audio'],
    ['audio', 'song', 'audio'],
    ['3d', 'mesh.glb', 'file'],
    ['compare', 'a.webp', 'image'],
    ['constructor', 'a.constructor', 'file'],
  ];
  for (const [key, filename, media] of table) {
    t.equal(
      outputItems({ [key]: [{ filename, subfolder: '', type: 'output' }] })[0]?.media,
      media,
      `${key}: ${filename}`,
    );
  }
});

t.test('what is no file is left out', async (t) => {
  for (const ui of [
    null,
    7,
    'x',
    [],
    {},
    { text: ['a'] },
    { images: 'a.png' },
    { images: [null, {}, { filename: 7 }] },
  ]) {
    t.same(outputItems(ui), [], JSON.stringify(ui));
  }
});

t.test('the same file told twice is one item', async (t) => {
  const first = outputItems({ images: [{ filename: 'a.png' }] });
  t.equal(mergeItems(first, outputItems({ images: [{ filename: 'a.png' }] })), first);
  t.equal(mergeItems(first, outputItems({ images: [{ filename: 'a.png', type: 'temp' }] })).length, 2);
});

t.test("a run's files have an end, however many nodes there are to name them", async (t) => {
  const items = outputItems({
    images: Array.from({ length: 1000 }, (_, index) => ({
      filename: `${index}${'f'.repeat(1000)}`,
      subfolder: 's'.repeat(1000),
    })),
  });
  let state = queuedRun('run', {}, 0);
  for (let node = 0; node < 100; node += 1) {
    const message = { type: 'executed', promptId: 'run', node: `${node}`, displayNode: null, items } as const;
    state = reduce(state, message, 0);
  }
  const size = JSON.stringify([...state.outputs]).length;
  t.ok(size > MOST_OUTPUT / 2 && size < 2 * MOST_OUTPUT, `${size} characters`);
});
