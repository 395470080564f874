import t from 'tap';
import { mergeItems, outputItems } from '../../../core/runs/outputs.ts';

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
