import t from 'tap';
import { isMedia } from '../../../core/proxy/media-type.ts';

t.test('pictures, films and sounds run nothing; SVG, HTML and everything else may', async (t) => {
  const rows: readonly [string, boolean][] = [
    ['image/png', true],
    ['IMAGE/JPEG; charset=x', true],
    [' video/mp4 ', true],
    ['audio/x-wav', true],
    ['image/svg+xml', false],
    ['image/SVG+XML;charset=utf-8', false],
    ['image/xml', false],
    ['text/html', false],
    ['application/octet-stream', false],
    ['application/pdf', false],
    ['image/png, text/html', false],
    ['image/png; x, text/html', false],
    ['image/png;x="a,b"', false],
    ['image/', false],
    ['image', false],
    ['', false],
    ['x-image/png', false],
  ];
  for (const [type, expected] of rows) t.equal(isMedia(type), expected, type);
});
