import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { failing, toy, txt2img } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { answerAll } from './made-up-answers.ts';
import { logIn, naturalWidth, scenes } from './scene.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCHEMES = ['light', 'dark'] as const;

const Findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullable(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

/** No finding that axe-core calls serious or critical, in light and in dark, on a screen of 1280 px and on a phone. */
t.test('what screen readers, keyboards and weak eyes need', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('login', {}, async (t, page) => {
    await page.goto('/login');
    await page.getByLabel('API key').fill('not the key');
    await page.getByLabel('API key').press('Enter');
    await page.getByText('That is not the key').waitFor();
    await examine(t, page, 'login');
  });

  scene('home', {}, async (t, page, pod) => {
    await logIn(page);
    await examine(t, page, 'home, empty');
    pod.comfyui.hold(2);
    await pod.studio.context.runs.submit({ prompt: toy() });
    await pod.studio.context.runs.submit({ prompt: toy() });
    await page.getByRole('img', { name: 'Preview of the run' }).waitFor();
    await page.getByRole('button', { name: /^Activity/ }).click();
    await examine(t, page, 'home, a run');
    pod.comfyui.release();
    await pod.comfyui.idle();
  });

  scene('home, a workflow’s form', { comfyui: { stepDelayMs: 1 } }, async (t, page) => {
    await logIn(page);
    await page.getByLabel('Workflow', { exact: true }).fill(JSON.stringify(txt2img(0)));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.field .error').first().waitFor();
    await examine(t, page, 'home, a form with a mistake');
    await page.getByLabel('Steps').fill('2');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.preview .result img').waitFor();
    await examine(t, page, 'home, a result');
  });

  scene('history', { comfyui: { stepDelayMs: 1 } }, async (t, page, pod) => {
    await logIn(page);
    await page.goto('/history');
    await page.getByText('Nothing has been run yet').waitFor();
    await examine(t, page, 'history, empty');

    const { runs } = pod.studio.context;
    for (const prompt of [txt2img(2), toy(2)]) await runs.submit({ prompt });
    const good = await runs.submit({ prompt: txt2img(3) });
    const bad = await runs.submit({ prompt: failing() });
    await pod.comfyui.idle();
    await page.reload();
    await page.getByText('4 runs, and that is all.').waitFor();
    await naturalWidth(page, `[data-run="${good.prompt_id}"] img`);
    await examine(t, page, 'history, the gallery');

    await page.goto(`/history?run=${good.prompt_id}`);
    await naturalWidth(page, '.frame img');
    await examine(t, page, 'history, a run');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').waitFor();
    await examine(t, page, 'history, a dialog');
    await page.goto(`/history?run=${bad.prompt_id}`);
    await page.locator('.failure').waitFor();
    await examine(t, page, 'history, a run that failed');
  });

  scene('security', {}, async (t, page) => {
    await answerAll(page);
    await logIn(page);
    await page.goto('/security');
    await page.locator('.checks').waitFor();
    await page.locator('.audit-table').waitFor();
    await page.getByText('Refuses').first().click();
    await examine(t, page, 'security');
    await page.getByRole('button', { name: 'Rotate sessions' }).click();
    await examine(t, page, 'security, a dialog');
  });

  scene('system', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    await page.goto('/system');
    await page.locator('.shares').waitFor();
    await page.getByText('COMFYUI_URL').waitFor();
    pod.studio.context.events.append({
      type: 'update.output',
      severity: 'info',
      message: 'Step 1',
      data: { update_id: 'u2', lines: ['Step 1'], left_out: 0 },
    });
    await page.getByRole('log').waitFor();
    await examine(t, page, 'system');
    await page.getByRole('switch').click();
    await page.getByRole('dialog').waitFor();
    await examine(t, page, 'system, a dialog');
  });

  scene('maintenance', {}, async (t, page, pod) => {
    pod.studio.context.maintenance.enter('hand', 'Back at noon');
    const reply = await page.request.get('/home');
    t.equal(reply.status(), 503);
    // It would look again in the middle of this.
    await page.setContent((await reply.text()).replace('http-equiv="refresh"', ''));
    await page.getByText('Back at noon').waitFor();
    await examine(t, page, 'maintenance');
  });
});

async function examine(t: Test, page: Page, name: string): Promise<void> {
  await page.evaluate(AXE);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const findings = Findings.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'));
      const bad = findings.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      t.same(bad, [], `${name}, ${width} px, ${colorScheme}`);
    }
  }
}
