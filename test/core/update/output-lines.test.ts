import t from 'tap';
import { scrubber } from '../../../core/log.ts';
import { createLineReader } from '../../../core/update/output-lines.ts';

const ESC = '\u001b';

function linesOf(chunks: readonly (string | Uint8Array)[], secrets: readonly string[] = []): string[] {
  const lines: string[] = [];
  const reader = createLineReader(scrubber(secrets), (line) => lines.push(line));
  for (const chunk of chunks) reader.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  reader.end();
  return lines;
}

t.test('output is lines of plain text, wherever it is cut', async (t) => {
  const rows: readonly [string, readonly string[]][] = [
    ['', []],
    ['one\ntwo\n', ['one', 'two']],
    ['one\r\n\r\ntwo', ['one', '', 'two']],
    [`${ESC}[1;32mgreen${ESC}[0m${ESC}[2K\n`, ['green']],
    [`${ESC}]0;a title\u0007text\n`, ['text']],
    ['bell\u0007 nul\u0000 back\b delete\u007f c1\u009d\n', ['bell nul back delete c1']],
    ['tab\there\n', ['tab here']],
    ['evil\u202etxt.exe\u2066\n', ['eviltxt.exe']],
    ['10 %\r50 %\r100 %\ndone\n', ['100 %', 'done']],
    ['10 %\r50 %\r', ['50 %']],
    ['Grüße 🎉\n', ['Grüße 🎉']],
  ];
  for (const [text, lines] of rows) {
    t.same(linesOf([text]), lines, text);
    const bytes = Buffer.from(text);
    t.same(linesOf([...bytes].map((byte) => Uint8Array.of(byte))), lines, `${text}, byte by byte`);
  }
});

t.test('a line without an end is cut, and what follows it is read again', async (t) => {
  const [long = '', next] = linesOf([...Array.from({ length: 100 }, () => 'x'.repeat(10_000)), '\nnext\n']);
  t.equal(long, `${'x'.repeat(2000)}…`);
  t.equal(next, 'next');
});

t.test('secrets are taken out, also where the line is cut', async (t) => {
  const secret = 'correct-horse-battery-staple';
  t.same(linesOf([`the key is correct-horse`, `-battery-staple\n`], [secret]), ['the key is [redacted]']);
  const [cut = ''] = linesOf([`${'x'.repeat(1990)}${secret}\n`], [secret]);
  t.notMatch(cut, /correct/);
});
