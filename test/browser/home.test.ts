import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { encodePng } from '../support/comfyui/png.ts';
import { runProgress } from '../support/run-progress.ts';
import { failing, invalid, toy, txt2img } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, naturalWidth, scenes, untilTitle } from './scene.ts';

t.test('the home page', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('shows a run from its start to its end', { comfyui: { stepDelayMs: 20 } }, async (t, page, pod) => {
    await logIn(page);
    await page.getByText('Nothing is running').waitFor();

    pod.comfyui.hold(12);
    await start(page, JSON.stringify(txt2img(20)));
    await page.getByText('Step 12 of 20').waitFor();
    await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
    t.ok(await naturalWidth(page, '.preview img'), 'the preview is a picture');
    await untilTitle(page, '^\\d+% KSampler · ComfyUI Studio$');
    t.equal(await page.getByRole('listitem').filter({ hasText: 'Running' }).count(), 1);

    const box = await page.locator('.preview').boundingBox();
    pod.comfyui.release();
    const row = page.locator('.run');
    await row.filter({ hasText: 'Completed' }).waitFor();
    t.match(await row.textContent(), /ComfyUI_00001_\.png/);
    await untilTitle(page, '^Completed · ComfyUI Studio$');
    t.same(await page.locator('.preview').boundingBox(), box, 'nothing has moved');
    t.equal(await naturalWidth(page, '.preview .result img'), 512, 'the result has taken its place');
    t.equal(await page.getByRole('img', { name: 'Preview of the run' }).count(), 0);
  });

  scene(
    'shows what was made last to whoever comes later',
    { comfyui: { stepDelayMs: 1 } },
    async (t, page, pod) => {
      await pod.studio.context.runs.submit({ prompt: txt2img(2) });
      await pod.comfyui.idle();
      await logIn(page);
      t.equal(await naturalWidth(page, '.preview .result img'), 512);
      t.match(await page.title(), /^ComfyUI Studio$/, 'it is no news');
    },
  );

  scene(
    'on a phone: Run is at hand, and the run that it starts comes into view',
    { comfyui: { stepDelayMs: 1 }, browser: { viewport: { width: 390, height: 700 } } },
    async (t, page, pod) => {
      await logIn(page);
      await page.getByRole('button', { name: 'Try an example' }).press('Enter');
      const run = page.getByRole('button', { name: 'Run', exact: true });
      const preview = page.locator('.preview');
      await page.getByLabel('Seed', { exact: true }).focus();
      await isInView(preview, false);
      await isInView(run, true);
      const model = page.getByLabel('Model');
      await page.getByLabel('Scheduler').press('Tab');
      t.ok(await model.evaluate((field) => field === field.ownerDocument.activeElement));
      t.equal(await isCovered(model), false, 'what has the focus is seen whole');

      pod.comfyui.hold(2);
      await run.click();
      await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
      await isInView(preview, true);
      pod.comfyui.release();
      await pod.comfyui.idle();

      async function isInView(element: Locator, expected: boolean): Promise<void> {
        const box = await element.boundingBox();
        const isInside = box !== null && box.y >= 0 && box.y + box.height <= 700;
        t.equal(isInside, expected);
      }
    },
  );

  scene('cancels a running run and a queued one', {}, async (t, page, pod) => {
    await logIn(page);
    pod.comfyui.hold(2);
    await start(page, JSON.stringify(toy()));
    await page.locator('.run').filter({ hasText: 'Running' }).waitFor();
    await start(page, JSON.stringify({ prompt: toy() }));
    const queued = page.locator('.run').filter({ hasText: 'Queued' });
    await queued.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.run').filter({ hasText: 'Cancelled' }).waitFor();

    await page.locator('.live-run').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.run').filter({ hasText: 'Cancelled' }).nth(1).waitFor();
    t.equal(await page.locator('.run').count(), 2);
  });

  scene('shows the queue in the order in which it is going to run', {}, async (t, page, pod) => {
    const { runs } = pod.studio.context;
    pod.comfyui.hold(1);
    await logIn(page);
    const now = await runs.submit({ prompt: toy() });
    await page.locator('.run').filter({ hasText: 'Running' }).waitFor();
    const first = await runs.submit({ prompt: toy() });
    const second = await runs.submit({ prompt: toy() });
    const front = await runs.submit({ prompt: toy(), front: true });
    await page.locator(`[data-prompt-id="${second.prompt_id}"]`).getByText('3. in line').waitFor();
    t.same(
      await page.locator('.run').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-prompt-id'))),
      [now, front, first, second].map(({ prompt_id }) => prompt_id),
    );
    await page
      .locator(`[data-prompt-id="${front.prompt_id}"]`)
      .getByRole('button', { name: 'Cancel' })
      .click();
    await page.locator(`[data-prompt-id="${first.prompt_id}"]`).getByText('Next').waitFor();
  });

  scene('lets go of every preview that it has shown', {}, async (t, page) => {
    await page.addInitScript(`
      globalThis.urls = { made: 0, held: 0, most: 0 };
      const { createObjectURL, revokeObjectURL } = URL;
      URL.createObjectURL = (blob) => {
        urls.made += 1;
        urls.most = Math.max(urls.most, (urls.held += 1));
        return createObjectURL.call(URL, blob);
      };
      URL.revokeObjectURL = (url) => {
        urls.held -= 1;
        revokeObjectURL.call(URL, url);
      };`);
    let send = (_frame: Buffer | string) => {};
    await page.routeWebSocket('**/api/run/ws*', (socket) => {
      socket.connectToServer();
      send = (frame) => socket.send(frame);
    });
    await logIn(page);
    const picture = encodePng(8, 8, Buffer.alloc(8 * 8 * 4, 120));
    send(JSON.stringify(runProgress({ prompt_id: 'p', status: 'running' })));
    await page.locator('.run').filter({ hasText: 'Running' }).waitFor();
    for (let seq = 1; seq <= 1000; seq++) {
      send(tagged({ prompt_id: 'p', node_id: '3', mime: 'image/png', seq }, picture));
      // Frames that come together are shown as one: these come apart.
      if (seq % 10 === 0) await page.evaluate('new Promise(requestAnimationFrame)');
    }
    await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
    const { made, held, most } = await page.evaluate(() => Reflect.get(globalThis, 'urls'));
    t.ok(made > 10, `${made} were shown`);
    t.equal(held, 1, 'the one in view');
    t.ok(most <= 2, `${most} at once`);
  });

  scene('says why a workflow cannot be run', { comfyui: { stepDelayMs: 1 } }, async (_t, page) => {
    await logIn(page);

    await start(page, '');
    await page.getByRole('alert').getByText('There is no workflow yet').waitFor();
    await start(page, JSON.stringify({ nodes: [], links: [] }));
    await page.getByRole('alert').getByText('Export (API)').waitFor();
    await start(page, JSON.stringify(invalid));
    const problem = page.locator('.node-problems li').filter({ hasText: 'SlowSampler' });
    await problem.getByText('Required input is missing: steps').waitFor();

    await start(page, JSON.stringify(failing()));
    await page.locator('.run .error').getByText('boom: toy failure').waitFor();
    await untilTitle(page, '^Failed');
  });

  scene('takes a workflow from a file that is chosen or dropped', {}, async (t, page) => {
    await logIn(page);
    const field = page.getByLabel('Workflow', { exact: true });
    await page
      .getByLabel('Workflow file')
      .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{"chosen":1}') });
    await page.getByText('"chosen" is not a node').waitFor();
    t.equal(await field.inputValue(), '{"chosen":1}');

    const dataTransfer = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File(['{"dropped":1}'], 'b.json', { type: 'application/json' }));
      return data;
    })()`);
    await page.dispatchEvent('.activity', 'dragover', { dataTransfer });
    await page.getByText('Drop the workflow here, or').waitFor();
    await page.dispatchEvent('.activity', 'drop', { dataTransfer });
    await page.getByText('"dropped" is not a node').waitFor();
    t.equal(await page.getByText('Drop the workflow here, or').count(), 0);

    await page
      .getByLabel('Workflow file')
      .setInputFiles({ name: 'c.png', mimeType: 'image/png', buffer: Buffer.from('an image') });
    await page.getByText('c.png holds no workflow.').waitFor();
    t.equal(await field.inputValue(), '{"dropped":1}', 'the field stays');

    await field.fill('');
    await page.getByRole('button', { name: 'Try an example' }).click();
    await page.getByText('A workflow of 7 nodes').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.run').waitFor();
    t.equal(await page.getByRole('alert').getByText(/./).count(), 0, 'the example runs as it is');
  });

  scene('tells when ComfyUI is away, and when it is back', {}, async (t, page, pod) => {
    await logIn(page);
    await pod.comfyui.stopListening();
    await page.getByText('ComfyUI does not answer.').waitFor();
    await pod.comfyui.listenAgain();
    await page.getByText('ComfyUI does not answer.').waitFor({ state: 'detached' });
    t.pass('it told both');
  });

  scene('catches up after the connection was lost', { comfyui: { stepDelayMs: 1 } }, async (t, page, pod) => {
    let isCut = false;
    await page.routeWebSocket('**/api/run/ws*', (socket) => {
      if (isCut) return void socket.close({ code: 1012 });
      const server = socket.connectToServer();
      cut = () => {
        isCut = true;
        void server.close();
        void socket.close({ code: 1012 });
      };
    });
    let cut = () => {};
    await logIn(page);
    cut();
    await page.getByText('Reconnecting').waitFor();
    const run = await pod.studio.context.runs.submit({ prompt: toy() });
    await pod.comfyui.idle();
    isCut = false;
    await page.locator(`.run[data-prompt-id="${run.prompt_id}"]`).filter({ hasText: 'Completed' }).waitFor();
    await page.getByRole('button', { name: 'Activity' }).click();
    await page.locator('.activity').getByText('A run of 4 nodes was queued').waitFor();
    t.equal(await page.locator('.activity').getByText('Studio started').count(), 1, 'nothing comes twice');
  });

  scene('leaves for the login page when the session is over', {}, async (t, page, pod) => {
    await logIn(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL('**/login');
    await page.goto('/home');
    t.equal(page.url(), `${pod.url}/login?next=%2Fhome`);

    await logIn(page);
    await page.context().clearCookies();
    await start(page, JSON.stringify(toy()));
    await page.waitForURL('**/login?next=%2Fhome');

    let endSession = () => {};
    await page.routeWebSocket('**/api/run/ws*', (socket) => {
      socket.connectToServer();
      endSession = () => void socket.close({ code: 4001 });
    });
    await logIn(page);
    await page.context().clearCookies();
    endSession();
    await page.waitForURL('**/login?next=%2Fhome');
  });
});

async function start(page: Page, workflow: string): Promise<void> {
  await page.getByLabel('Workflow', { exact: true }).fill(workflow);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

/** Whether something that sticks lies over its lower edge. */
function isCovered(element: Locator): Promise<boolean> {
  return element.evaluate((node) => {
    const { left, bottom } = node.getBoundingClientRect();
    return node.ownerDocument.elementFromPoint(left + 8, bottom - 4) !== node;
  });
}

/** A preview frame that names its run: length, JSON, picture. */
function tagged(about: object, picture: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify(about));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, picture]);
}
