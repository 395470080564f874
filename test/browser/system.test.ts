import t from 'tap';
import { KEY } from '../support/handler.ts';
import { toy } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { answerAll, answerWith, SETTINGS, STATUS, UPDATE } from './made-up-answers.ts';
import { logIn, scenes } from './scene.ts';

t.test('the system page', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('the status, asked again while somebody looks', {}, async (t, page) => {
    await answerAll(page);
    await page.clock.install();
    await logIn(page);
    await page.goto('/system');
    const card = page.locator('.status');
    await card.getByText('Answers', { exact: true }).waitFor();
    await card.getByText('22.0 of 24.0 GiB').waitFor();
    await answerWith(page, '/api/admin/system/status', {
      ...STATUS,
      comfyui: { ...STATUS.comfyui, reachable: false },
    });
    await page.clock.runFor(6000);
    await card.getByText('Does not answer', { exact: true }).waitFor();
    await answerWith(page, '/api/admin/system/status', { detail: 'System is updating' }, 503);
    await page.clock.runFor(6000);
    await card.getByText('Studio is in maintenance.').waitFor();
    t.ok(await card.getByText('1 d 2 h').isVisible(), 'what was known stays');
  });

  scene('the chart follows the stream', {}, async (t, page, pod) => {
    await answerAll(page);
    await page.clock.install();
    await logIn(page);
    await page.goto('/system');
    await page.getByText('Live', { exact: true }).waitFor();
    pod.comfyui.hold(1);
    await pod.studio.context.runs.submit({ prompt: toy() });
    const line = page.getByRole('img', { name: /^Runs in the queue: 1 now/ });
    for (let second = 0; (await line.count()) === 0; second++) {
      if (second > 200) break;
      await page.clock.runFor(1000);
    }
    t.equal(await line.count(), 1);
    t.match(await line.locator('polyline').getAttribute('points'), /600,90$/, 'one of four');
    pod.comfyui.release();
  });

  scene('an update: its output as it comes, and how it ended', {}, async (t, page, pod) => {
    await answerAll(page);
    await answerWith(page, '/api/admin/system/update', { configured: true, update: null });
    let sent: unknown;
    await page.route('**/api/admin/system/update', (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      sent = route.request().postDataJSON();
      return route.fulfill({ status: 202, json: {} });
    });
    await logIn(page);
    await page.goto('/system');
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByRole('dialog').getByLabel('API key').fill(KEY);
    await page.getByRole('dialog').getByRole('button', { name: 'Update' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    t.same(sent, { api_key: KEY });

    const { events } = pod.studio.context;
    events.append({ type: 'maintenance.entered', severity: 'warning', message: 'Maintenance has begun' });
    for (const line of ['Fetching', 'Building'])
      events.append({
        type: 'update.output',
        severity: 'info',
        message: line,
        data: { update_id: 'u1', lines: [line], left_out: line === 'Building' ? 7 : 0 },
      });
    const output = page.getByRole('log');
    await output.getByText('Building').waitFor();
    t.equal(await output.textContent(), 'Fetching\n[7 lines are not shown]\nBuilding');
    t.equal(
      await page.locator('.activity').getByText('Building').count(),
      0,
      'it does not flood the activity',
    );

    await answerWith(page, '/api/admin/system/update', UPDATE);
    events.append({ type: 'maintenance.left', severity: 'success', message: 'Maintenance is over' });
    await page.getByText('It failed, with exit code 1.').waitFor();
  });

  scene('says what to set when there is no update command', {}, async (_t, page) => {
    await answerAll(page);
    await answerWith(page, '/api/admin/system/update', { configured: false, update: null });
    await logIn(page);
    await page.goto('/system');
    await page.getByText('STUDIO_UPDATE_COMMAND').waitFor();
  });

  scene('the maintenance switch takes the key, and follows the stream', {}, async (t, page, pod) => {
    await answerAll(page);
    const sent: unknown[] = [];
    await page.route('**/api/admin/system/maintenance', (route) => {
      sent.push(route.request().postDataJSON());
      return route.fulfill({ json: { active: true } });
    });
    await logIn(page);
    await page.goto('/system');
    const control = page.getByRole('switch', { name: 'Maintenance' });
    t.equal(await control.getAttribute('aria-checked'), 'false');
    await control.click();
    await page.getByLabel('A word for those who wait').fill('Back at noon');
    await page.getByRole('dialog').getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Begin maintenance' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    t.same(sent, [{ active: true, message: 'Back at noon', api_key: KEY }]);
    pod.studio.context.events.append({
      type: 'maintenance.entered',
      severity: 'warning',
      message: 'Maintenance has begun',
    });
    await page.locator('[role=switch][aria-checked=true]').waitFor();
  });

  scene('a secret is masked, shown with the key, and hidden again', {}, async (t, page) => {
    await answerAll(page);
    await page.route('**/api/admin/settings/reveal', (route) => {
      const { name, api_key } = route.request().postDataJSON();
      return api_key === KEY
        ? route.fulfill({ json: { name, value: 'the whole secret' } })
        : route.fulfill({ status: 401, json: { detail: 'Invalid API key' } });
    });
    await page.clock.install();
    await logIn(page);
    await page.goto('/system');
    const settings = page.locator('.settings');
    await settings.getByText('••••k3yQ').waitFor();
    t.equal(
      await settings.locator('.setting').count(),
      SETTINGS.groups.flatMap((group) => group.variables).length,
    );
    await settings.getByRole('button', { name: 'Show API_KEY' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('API key').fill('wrong');
    await dialog.getByLabel('API key').press('Enter');
    await dialog.getByText('That is not the key.').waitFor();
    await dialog.getByLabel('API key').fill(KEY);
    await dialog.getByLabel('API key').press('Enter');
    await settings.getByText('the whole secret').waitFor();
    await page.clock.runFor(31_000);
    await settings.getByText('••••k3yQ').waitFor();
    t.equal(await page.getByText('the whole secret').count(), 0);
  });

  scene('shows what Studio itself answers', {}, async (t, page) => {
    await answerWith(page, '/api/admin/system/update', UPDATE);
    await logIn(page);
    await page.goto('/system');
    await page.locator('.status').getByText('Answers', { exact: true }).waitFor();
    t.ok((await page.locator('.shares li').count()) >= 2, 'memory and a disk');
    const settings = page.locator('.settings');
    await settings.getByRole('button', { name: 'Show API_KEY' }).click();
    await page.getByRole('dialog').getByLabel('API key').fill(KEY);
    await page.getByRole('dialog').getByRole('button', { name: 'Show it' }).click();
    await settings.getByText(KEY, { exact: true }).waitFor();
    await settings.getByRole('button', { name: 'Hide API_KEY' }).click();
    t.equal(await page.getByText(KEY, { exact: true }).count(), 0);
  });
});
