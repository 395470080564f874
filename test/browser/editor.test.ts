import type { Page } from 'playwright-core';
import t from 'tap';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { startTestStudio } from '../support/studio.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { complaintsOf, logIn } from './scene.ts';

t.test('the graph editor behind the gate', { skip: noBrowser }, async (t) => {
  const browser = await startBrowser(t);
  for (const mount of ['/comfyui/', 'its own port'] as const)
    await t.test(`at ${mount}: login, page, socket, a run; Studio's home page shows it live`, async (t) => {
      const comfyui = await startStandIn({ stepDelayMs: 5 });
      t.teardown(() => comfyui.close());
      const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url, STUDIO_COMFYUI_PORT: '0' });
      const home = `http://localhost:${studio.port}`;
      const editorUrl =
        mount === '/comfyui/' ? `${home}/comfyui/` : `http://localhost:${studio.comfyuiPort}/`;

      const profile = await browser.newContext({ baseURL: home });
      t.teardown(() => profile.close());
      const editor = await profile.newPage();
      const complaints = complaintsOf(editor);
      await editor.goto(editorUrl);
      t.match(editor.url(), /\/login\?next=/, 'nobody sees it without the key');
      await enter(editor);
      await editor.waitForURL(editorUrl);
      await editor.locator('#socket').getByText('open').waitFor();

      // A profile of its own: a cookie is for a host, whatever the port.
      const viewer = await browser.newContext({ baseURL: home });
      t.teardown(() => viewer.close());
      const page = await viewer.newPage();
      await logIn(page);

      comfyui.hold(5);
      await editor.getByRole('button', { name: 'Queue' }).click();
      await editor.getByText('step 5 of 8').waitFor();
      await page.getByText('Step 5 of 8').waitFor();
      await page.getByText('The sampler').first().waitFor();
      await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
      t.ok(await widthOf(editor, '#preview'), 'the editor has its previews');
      comfyui.release();
      await editor.getByText(/^done /).waitFor();
      t.ok(await widthOf(editor, '#result'), 'the editor has its picture');
      await page
        .locator('.run')
        .filter({ hasText: 'Completed' })
        .getByText('from the graph editor')
        .waitFor();

      const id = (await editor.locator('#run').textContent())?.replace('done ', '') ?? '';
      t.match(studio.context.runs.get(id), { started_by: 'editor', status: 'completed' });
      t.same(complaints, [], 'nothing is wrong on the console');
    });
});

async function enter(page: Page): Promise<void> {
  await page.getByLabel('API key').fill(KEY);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** In pixels, once the picture is there. */
async function widthOf(page: Page, selector: string): Promise<unknown> {
  const width = `document.querySelector(${JSON.stringify(selector)}).naturalWidth`;
  await page.waitForFunction(`${width} > 0`);
  return page.evaluate(width);
}
