import t from 'tap';
import { KEY } from '../support/handler.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { answerWith, POSTURE } from './made-up-answers.ts';
import { logIn, scenes } from './scene.ts';

t.test('the security page', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));
  const posture = '/api/admin/system/security';

  scene('the posture: the worst first, with what to do', {}, async (t, page) => {
    await answerWith(page, posture, POSTURE);
    await logIn(page);
    await page.goto('/security');
    await page.getByText('One thing to mend now').waitFor();
    const first = page.locator('.checks li').first();
    t.match(await first.textContent(), /^DangerComfyUI port.*close port 8188/);
    t.equal(await page.locator('.checks li').count(), POSTURE.checks.length);

    await answerWith(page, posture, { checks: [], worst: 'green' });
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('Nothing to mend').waitFor();
  });

  scene('says so when Studio does not answer as it should', {}, async (t, page) => {
    await logIn(page);
    await answerWith(page, posture, { detail: 'Not found' }, 404);
    await page.goto('/security');
    const problem = page.locator('.posture').getByRole('alert');
    await problem.getByText('This Studio does not offer that.').waitFor();
    await answerWith(page, posture, { detail: 'Internal server error' }, 500);
    await page.getByRole('button', { name: 'Try again' }).click();
    await problem.getByText('Internal server error').waitFor();
    await answerWith(page, posture, POSTURE);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.checks').waitFor();
    t.equal(await problem.count(), 0);
  });

  scene('lowering Manager’s level takes the key; raising it does not', {}, async (t, page, pod) => {
    await answerWith(page, posture, POSTURE);
    await logIn(page);
    await page.goto('/security');
    await page.getByRole('radio', { name: /^strong/ }).check();
    await page.getByRole('button', { name: 'Raise to strong' }).click();
    await page.getByRole('button', { name: 'Level is strong' }).waitFor();
    t.equal(pod.studio.context.managerLevel.get(), 'strong');

    await page.getByRole('radio', { name: /^weak/ }).check();
    await page.getByRole('button', { name: 'Lower to weak' }).click();
    const dialog = page.getByRole('dialog', { name: 'Lower to weak?' });
    const key = dialog.getByLabel('API key');
    await key.fill('not the key');
    await key.press('Enter');
    await dialog.getByText('That is not the key.').waitFor();
    t.equal(await key.inputValue(), '', 'no key stays in the page');
    t.equal(pod.studio.context.managerLevel.get(), 'strong');
    t.match(page.url(), /\/security$/, 'the session is as good as before');

    await key.fill(KEY);
    await dialog.getByRole('button', { name: 'Lower it' }).click();
    await page.getByRole('button', { name: 'Level is weak' }).waitFor();
    t.equal(await page.getByRole('dialog').count(), 0);
    t.equal(pod.studio.context.managerLevel.get(), 'weak');
    t.equal(
      await page.evaluate(`document.documentElement.outerHTML.includes(${JSON.stringify(KEY)})`),
      false,
    );
  });

  scene('the dialog is left by Escape, and the focus is back where it was', {}, async (t, page) => {
    await answerWith(page, posture, POSTURE);
    await logIn(page);
    await page.goto('/security');
    const button = page.getByRole('button', { name: 'Rotate sessions' });
    await button.press('Enter');
    await page.getByRole('dialog').getByLabel('API key').press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Rotate sessions');
  });

  scene('rotating ends every other session, and this browser stays in', {}, async (t, page, pod) => {
    await answerWith(page, posture, POSTURE);
    await logIn(page);
    await page.goto('/security');
    await page.getByText('Live', { exact: true }).waitFor();
    const [old] = await page.context().cookies();
    await page.getByRole('button', { name: 'Rotate sessions' }).click();
    await page.getByRole('dialog').getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'End all sessions' }).click();
    await page.getByText('Every other session has ended.').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    t.match(page.url(), /\/security$/);
    const response = await fetch(`${pod.url}/api/auth/session`, {
      headers: { Cookie: `session=${old?.value}` },
    });
    t.equal(response.status, 401, 'what the browser had before is worth nothing');
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
  });

  scene('throttled addresses, and the audit trail by pages', {}, async (t, page, pod) => {
    await answerWith(page, posture, POSTURE);
    await logIn(page);
    const { events } = pod.studio.context;
    for (let at = 1; at <= 30; at++)
      events.append({
        type: 'auth.login',
        severity: 'info',
        message: `Login ${at}`,
        data: { ip: '192.0.2.1', user_agent: '<b>curl</b>' },
      });
    events.append({ type: 'job.queued', severity: 'info', message: 'A run was queued' });
    await page.goto('/security');
    await page.getByText('None. After five wrong keys').waitFor();
    const trail = page.locator('.audit');
    await trail.getByText('Login 30', { exact: true }).waitFor();
    t.equal(await trail.getByText('A run was queued').count(), 0, 'runs are no part of it');
    t.equal(await trail.getByText('<b>curl</b>').count(), 25, 'what others write is text');
    await trail.getByRole('button', { name: 'Show older' }).click();
    await trail.getByText('Login 1', { exact: true }).waitFor();
    t.equal(await trail.getByRole('button', { name: 'Show older' }).count(), 0);

    events.append({
      type: 'auth.throttled',
      severity: 'warning',
      message: 'Too many wrong keys from 203.0.113.9',
      data: { ip: '203.0.113.9', seconds: 600 },
    });
    await page.locator('.blocks').getByText('203.0.113.9').waitFor();
    await trail.getByText('Too many wrong keys from 203.0.113.9').waitFor();
  });

  scene('shows what Studio itself found', {}, async (t, page) => {
    await logIn(page);
    await page.goto('/security');
    await page.locator('.checks').getByText('Key strength', { exact: true }).waitFor();
    t.ok((await page.locator('.checks li').count()) > 3);
  });
});
