import t from 'tap';
import { z } from 'zod';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, scenes } from './scene.ts';

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

const FRAMES = 1000;
const Urls = z.object({ made: z.number(), most: z.number(), open: z.number() });

/** A frame of `previews=tagged`: u32 big-endian length, JSON, then the image. */
function taggedFrame(seq: number, image: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify({ prompt_id: 'p', node_id: '3', mime: 'image/png', seq }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, image]);
}

t.test('previews', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene(`${FRAMES} frames leave no object URL behind but the one that is shown`, {}, async (t, page) => {
    await page.addInitScript(`(() => {
      const open = new Set();
      const create = URL.createObjectURL;
      const revoke = URL.revokeObjectURL;
      window.urls = { made: 0, most: 0, open };
      URL.createObjectURL = (blob) => {
        const url = create.call(URL, blob);
        open.add(url);
        urls.made += 1;
        urls.most = Math.max(urls.most, open.size);
        return url;
      };
      URL.revokeObjectURL = (url) => {
        open.delete(url);
        revoke.call(URL, url);
      };
    })()`);
    let send = (_: string | Buffer): void => {};
    await page.routeWebSocket('**/api/run/ws*', (socket) => {
      send = (frame) => socket.send(frame);
    });
    await logIn(page);
    const now = new Date().toISOString();
    send(
      JSON.stringify({
        prompt_id: 'p',
        status: 'running',
        queued_at: now,
        started_at: now,
        percent: 1,
        total_steps: FRAMES,
      }),
    );
    await page.getByRole('heading', { name: 'Starting' }).waitFor();
    // In turns with the page, so that it shows them and not only the last one of a burst.
    for (let seq = 1; seq <= FRAMES; seq++) {
      send(taggedFrame(seq, PIXEL));
      if (seq % 4 === 0) await page.evaluate('new Promise(requestAnimationFrame)');
    }
    await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
    await page.evaluate('document.querySelector(".preview img").decode()');
    const { made, most, open } = Urls.parse(await page.evaluate('({ ...urls, open: urls.open.size })'));
    t.ok(made >= 20, `it showed ${made} of them`);
    t.equal(open, 1);
    t.ok(most <= 2, `${most} at once`);
  });
});
