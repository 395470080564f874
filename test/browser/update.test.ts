import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { type Pod, startPod } from '../handover/pod.ts';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { complaintsOf, logIn } from './scene.ts';
import { type ToldCommand, toldCommand } from './told-command.ts';

t.test(
  'work on Studio, watched from its pages, with a Studio of its own process',
  { skip: noBrowser },
  async (t) => {
    const walk = walks(t, await startBrowser(t));

    walk('an update that asks for a restart', 75, async ({ t, page, another, pod, update }) => {
      await page.getByRole('button', { name: 'Update now' }).click();
      await giveKey(page, 'not the key', 'Update');
      await page.getByRole('dialog').getByText('That is not the key.').waitFor();
      await giveKey(page, KEY, 'Update');
      await page.getByRole('dialog').waitFor({ state: 'detached' });

      await update.print('Fetching the new version');
      const output = page.getByRole('log');
      await output.getByText('Fetching the new version').waitFor();
      await page.getByText('Live, in maintenance', { exact: true }).waitFor();
      t.equal(await page.getByRole('button', { name: 'Update now' }).count(), 0, 'there is one already');

      await another.goto('/history?status=failed');
      await another.getByRole('heading', { name: 'Updating...' }).waitFor();
      await update.print('Building');
      await output.getByText('Building').waitFor();
      t.equal(await output.textContent(), 'Fetching the new version\nBuilding', 'as it came');

      await update.end();
      await page.getByText('It went well.').waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await pod.says('serves on', 2);
      t.equal(
        await output.textContent(),
        'Fetching the new version\nBuilding',
        'it stays when Studio is another',
      );
      await another.getByText('No run is like that').waitFor();
      t.match(another.url(), /\/history\?status=failed$/, 'back where one was, by itself');
    });

    walk('an update that fails', 3, async ({ t, page, update }) => {
      await page.getByRole('button', { name: 'Update now' }).click();
      await giveKey(page, KEY, 'Update');
      await update.print('fatal: no route to host');
      await page.getByRole('log').getByText('fatal: no route to host').waitFor();
      await update.end();
      await page.getByText('It failed, with exit code 3.').waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.reload();
      await page.getByText('It failed, with exit code 3.').waitFor();
      t.equal(await page.getByRole('log').textContent(), 'fatal: no route to host', 'it is kept');
    });

    walk('the maintenance switch', 0, async ({ t, page, another }) => {
      const control = page.getByRole('switch', { name: 'Maintenance' });
      await control.click();
      await page.getByLabel('A word for those who wait').fill('Back at noon');
      await giveKey(page, 'not the key', 'Begin maintenance');
      await page.getByRole('dialog').getByText('That is not the key.').waitFor();
      t.equal(await control.getAttribute('aria-checked'), 'false');
      await giveKey(page, KEY, 'Begin maintenance');
      await page.locator('[role=switch][aria-checked=true]').waitFor();
      await page.getByText('Studio is in maintenance.').first().waitFor();

      await another.goto('/security');
      await another.getByText('Back at noon').waitFor();
      await control.click();
      await giveKey(page, KEY, 'End maintenance');
      await page.locator('[role=switch][aria-checked=false]').waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await another.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
      t.match(another.url(), /\/security$/);
    });
  },
);

interface Walk {
  readonly t: Test;
  readonly pod: Pod;
  /** At /system, logged in. */
  readonly page: Page;
  /** Of the same browser. */
  readonly another: Page;
  readonly update: ToldCommand;
}

/** Subtests of `t`, each with a Studio whose update command ends with `exitCode`. No page's console may hold anything in the end. */
function walks(t: Test, browser: Browser) {
  return (name: string, exitCode: number, play: (walk: Walk) => Promise<void>) =>
    t.test(name, async (t) => {
      const comfyui = await startStandIn();
      t.teardown(() => comfyui.close());
      const update = await toldCommand(t, exitCode);
      const pod = await startPod(t, { COMFYUI_URL: comfyui.url, STUDIO_UPDATE_COMMAND: update.command });
      const profile = await browser.newContext({ baseURL: `http://localhost:${pod.port}` });
      t.teardown(() => profile.close());
      // The one that was opened last is in front, and the other is drawn once a second only.
      const [another, page] = [await profile.newPage(), await profile.newPage()];
      const complaints = [complaintsOf(page), complaintsOf(another)];
      await logIn(page);
      await page.goto('/system');
      await play({ t, pod, page, another, update });
      t.same(complaints.flat(), [], 'nothing is wrong on the console');
    });
}

async function giveKey(page: Page, key: string, action: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('API key').fill(key);
  await dialog.getByRole('button', { name: action, exact: true }).click();
}
