import t from 'tap';
import { json } from '../../../core/http/reply.ts';
import { sendRaw } from '../../support/raw.ts';
import { row, serveRoutes } from '../../support/server.ts';

const PATH = '/api/health';

/** All that differs from the path in one byte: changed, left out, doubled, or with one put before it. */
function neighbours(path: string): Set<string> {
  const all = new Set<string>();
  for (let at = 0; at <= path.length; at += 1) {
    const before = path.slice(0, at);
    const byte = path[at] ?? '';
    const after = path.slice(at + 1);
    all
      .add(before + after)
      .add(before + byte + byte + after)
      .add(before + byte.toUpperCase() + after);
    for (const other of ['/', '.', ';', '%', '\\', 'x', '%2f', '%00', '\t', '\x80', '*', ':'])
      all.add(before + other + after).add(before + other + byte + after);
  }
  for (const spelling of [`http://127.0.0.1${PATH}`, `/x/..${PATH}`, `/.${PATH}`, '/api/%68ealth', '*'])
    all.add(spelling);
  all.delete(path);
  return all;
}

t.test('the only bytes that lead to a route without parameters are those of its path', async (t) => {
  const { port } = await serveRoutes(t, [row(PATH, () => json('here'), { access: 'public' })]);
  const isLedThere = async (target: string): Promise<boolean> => {
    const { replies } = await sendRaw(
      port,
      Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`, 'latin1'),
    );
    return replies.some(({ body }) => body === '"here"');
  };
  t.ok(await isLedThere(PATH), 'its own');
  t.ok(await isLedThere(`${PATH}?a=1`), 'with a query');
  const targets = [...neighbours(PATH)];
  t.ok(targets.length > 200);
  const led = await Promise.all(targets.map(isLedThere));
  t.same(
    targets.filter((_, index) => led[index]),
    [],
  );
});
