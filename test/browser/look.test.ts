import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { failing, invalid, toy, txt2img } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { answerAll } from './made-up-answers.ts';
import { logIn, naturalWidth, scenes } from './scene.ts';

const FOLDER = new URL('../screenshots/', import.meta.url).pathname;
const WIDTHS = [1280, 390];
const SCHEMES = ['light', 'dark'] as const;

/** Pictures for people to look at, in test/screenshots. What is checked here is only that nothing sticks out sideways. */
t.test('how the pages look', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));
  mkdirSync(FOLDER, { recursive: true });

  scene('login', {}, async (t, page) => {
    await page.goto('/login');
    await page.getByLabel('API key').fill('0123456789abcdef');
    await shoot(t, page, 'login');
    await page.getByLabel('API key').press('Enter');
    await page.getByText('That is not the key').waitFor();
    await shoot(t, page, 'login-refused');
    await page.goto('/login?error=throttled&wait=65');
    await page.getByRole('button', { name: /^Wait/ }).waitFor();
    await page.evaluate("document.getElementById('plain-http').hidden = false");
    await shoot(t, page, 'login-warnings');
  });

  scene('home', { comfyui: { stepDelayMs: 60 } }, async (t, page, pod) => {
    await logIn(page);
    await shoot(t, page, 'home-empty');

    const { runs } = pod.studio.context;
    for (const prompt of [toy(3), failing(), txt2img(3)]) {
      await runs.submit({ prompt });
      await pod.comfyui.idle();
    }
    await page.locator('.run').filter({ hasText: 'Completed' }).nth(1).waitFor();
    pod.comfyui.hold(13);
    await runs.submit({ prompt: txt2img(20, 4) });
    await runs.submit({ prompt: txt2img(20) });
    const field = page.getByLabel('Workflow', { exact: true });
    await field.fill(JSON.stringify(txt2img(20), null, 2));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Step 13 of 20').waitFor();
    await page.getByText('is in the queue').waitFor();
    await shoot(t, page, 'home-running');

    pod.comfyui.release();
    await pod.comfyui.idle();
    await field.fill(JSON.stringify(invalid, null, 2));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.node-problems').waitFor();
    await page.getByLabel('Workflow file').setInputFiles({
      name: 'a.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(txt2img(0))),
    });
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.field .error').first().waitFor();
    await page.locator('.badge.is-completed').nth(4).waitFor();
    await pod.comfyui.stopListening();
    await page.getByText('ComfyUI does not answer.').waitFor();
    await shoot(t, page, 'home-after');

    await page.routeWebSocket('**/api/run/ws*', (socket) => socket.close({ code: 1012 }));
    await page.reload();
    await page.getByText('Reconnecting in').waitFor();
    await shoot(t, page, 'home-reconnecting');
  });

  scene('security', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    await page.goto('/security');
    for (const [at, ip] of ['203.0.113.9', '2001:db8::7'].entries())
      pod.studio.context.events.append({
        type: 'auth.throttled',
        severity: 'warning',
        message: `Too many wrong keys from ${ip}: no key is taken from there for 600 seconds`,
        data: { ip, seconds: 600 + at, user_agent: 'curl/8.14.1' },
      });
    await page.locator('.blocks li').nth(1).waitFor();
    await page.locator('.checks').waitFor();
    await shoot(t, page, 'security');
    await page.getByRole('button', { name: 'Activity' }).click();
    await page.getByText('Refuses').first().click();
    await page.getByRole('radio', { name: 'weak' }).check();
    await shoot(t, page, 'security-activity');
    await page.getByRole('button', { name: 'Lower to weak' }).click();
    await page.getByRole('dialog').waitFor();
    await shoot(t, page, 'security-dialog');
  });

  scene('system', { comfyui: { stepDelayMs: 40 } }, async (t, page, pod) => {
    await answerAll(page);
    await page.clock.install();
    await logIn(page);
    await page.goto('/system');
    await page.locator('.shares').waitFor();
    await page.getByText('COMFYUI_URL').waitFor();
    for (let second = 0; second < 100; second++) {
      if (second % 9 === 0 && second < 60) await pod.studio.context.runs.submit({ prompt: toy(6) });
      await page.clock.runFor(1000);
    }
    await shoot(t, page, 'system');
    for (let line = 1; line <= 30; line++)
      pod.studio.context.events.append({
        type: 'update.output',
        severity: 'info',
        message: `Step ${line}`,
        data: {
          update_id: 'u2',
          lines: [`Step ${line} of the update: fetching, building, testing`],
          left_out: 0,
        },
      });
    await page.clock.runFor(100);
    await page.getByText('Step 30 of the update').waitFor();
    await page.getByRole('switch').click();
    await page.getByRole('dialog').waitFor();
    await shoot(t, page, 'system-dialog');
    await page.getByRole('button', { name: 'Keep things as they are' }).click();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.screenshot({ path: `${FOLDER}menu-390.png` });
  });
});

t.test('how the history looks', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));
  mkdirSync(FOLDER, { recursive: true });

  scene('history', { comfyui: { stepDelayMs: 1 } }, async (t, page, pod) => {
    await logIn(page);
    await page.goto('/history');
    await page.getByText('Nothing has been run yet').waitFor();
    await shoot(t, page, 'history-empty');

    const { runs } = pod.studio.context;
    for (let turn = 0; turn < 6; turn++) await runs.submit({ prompt: txt2img(2, turn) });
    const failed = await runs.submit({ prompt: failing() });
    const last = await runs.submit({ prompt: toy(2) });
    await pod.comfyui.idle();
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.reload();
    await page.getByText('8 runs, and that is all.').waitFor();
    await page.locator('.tile img').nth(6).waitFor();
    await shoot(t, page, 'history');

    await page.goto(`/history?run=${last.prompt_id}`);
    await naturalWidth(page, '.frame img');
    await shoot(t, page, 'history-run');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await shoot(t, page, 'history-delete');
    await page.goto(`/history?run=${failed.prompt_id}`);
    await page.locator('.failure').waitFor();
    await shoot(t, page, 'history-failed');
  });
});

async function shoot(t: Test, page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    const height = width > 600 ? 900 : 844;
    await page.setViewportSize({ width, height });
    // So that what sticks to the window's edge is at the page's, too.
    const scrollHeight = Number(await page.evaluate('document.documentElement.scrollHeight'));
    const isWhole = (await page.getByRole('dialog').count()) === 0;
    if (isWhole) await page.setViewportSize({ width, height: Math.max(height, scrollHeight) });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: `${FOLDER}${name}-${width}-${colorScheme}.png`,
        animations: 'disabled',
      });
    }
  }
  await page.setViewportSize({ width: 360, height: 740 });
  const scrollWidth = await page.evaluate('document.documentElement.scrollWidth');
  t.equal(scrollWidth, 360, `${name} fits a screen of 360 px`);
}
