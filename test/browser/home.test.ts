import type { Page } from 'playwright-core';
import t from 'tap';
import { failing, invalid, toy, txt2img } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, scenes, untilTitle } from './scene.ts';

t.test('the home page', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('shows a run from its start to its end', { comfyui: { stepDelayMs: 20 } }, async (t, page, pod) => {
    await logIn(page);
    await page.getByText('Nothing is running').waitFor();

    pod.comfyui.hold(12);
    await start(page, JSON.stringify(txt2img(20)));
    await page.getByText('Step 12 of 20').waitFor();
    await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
    t.ok(await previewWidth(page), 'the preview is a picture');
    await untilTitle(page, '^\\d+% KSampler · ComfyUI Studio$');
    t.equal(await page.getByRole('listitem').filter({ hasText: 'Running' }).count(), 1);

    const box = await page.locator('.preview').boundingBox();
    pod.comfyui.release();
    const row = page.locator('.run');
    await row.filter({ hasText: 'Completed' }).waitFor();
    t.match(await row.textContent(), /ComfyUI_00001_\.png/);
    await untilTitle(page, '^Completed · ComfyUI Studio$');
    t.same(await page.locator('.preview').boundingBox(), box, 'nothing has moved');
    t.ok(await previewWidth(page), 'the last preview stays');
  });

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
    await page.locator('.run').getByText('boom: toy failure').waitFor();
    await untilTitle(page, '^Failed');
  });

  scene('takes a workflow from a file that is chosen or dropped', {}, async (t, page) => {
    await logIn(page);
    const field = page.getByRole('textbox');
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
    await page.getByText('Drop the workflow here').waitFor();
    await page.dispatchEvent('.activity', 'drop', { dataTransfer });
    await page.getByText('"dropped" is not a node').waitFor();
    t.equal(await page.getByText('Drop the workflow here').count(), 0);

    await page
      .getByLabel('Workflow file')
      .setInputFiles({ name: 'c.png', mimeType: 'image/png', buffer: Buffer.from('an image') });
    await page.getByText('c.png is no workflow file.').waitFor();
    t.equal(await field.inputValue(), '{"dropped":1}', 'the field stays');

    await field.fill('');
    await page.getByRole('button', { name: 'Try an example' }).click();
    await page.getByText('A workflow of 7 nodes').waitFor();
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
  await page.getByRole('textbox').fill(workflow);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

/** In the picture's own pixels; 0 when it cannot be shown. */
async function previewWidth(page: Page): Promise<unknown> {
  return page.evaluate(`(async () => {
    const image = document.querySelector('.preview img');
    await image.decode();
    return image.naturalWidth;
  })()`);
}
