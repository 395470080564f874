import type { Page } from 'playwright-core';
import t from 'tap';
import { KEY } from '../support/handler.ts';
import { toy } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { answerAll } from './made-up-answers.ts';
import { logIn, scenes, untilTitle } from './scene.ts';

t.test('what all pages have', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('the way to the other pages, on a phone too, by keyboard', {}, async (t, page) => {
    await answerAll(page);
    await logIn(page);
    await page.getByRole('link', { name: 'Security' }).click();
    await page.waitForURL('**/security');
    await page.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
    t.equal(await page.getByRole('link', { name: 'Security' }).getAttribute('aria-current'), 'page');
    t.equal(await page.getByRole('link', { name: /^Graph editor/ }).getAttribute('href'), '/comfyui/');

    await page.setViewportSize({ width: 360, height: 740 });
    t.equal(await page.getByRole('link', { name: 'System' }).isVisible(), false);
    await page.getByRole('button', { name: 'Menu' }).press('Enter');
    await page.getByRole('link', { name: 'System' }).press('Escape');
    t.equal(await page.getByRole('link', { name: 'System' }).isVisible(), false, 'Escape folds it away');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'System' }).press('Enter');
    await page.waitForURL('**/system');
    await untilTitle(page, '^System · ComfyUI Studio$');
  });

  scene('activity on every page: what is new, filtered, remembered', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    const toggle = page.getByRole('button', { name: /^Activity/ });
    await page.locator('.activity-latest').waitFor();
    t.equal(await toggle.textContent(), 'Activity', 'all that was before is old news');

    pod.studio.context.events.append({ type: 'job.failed', severity: 'error', message: 'A run failed' });
    await page.getByRole('button', { name: 'Activity 1 new' }).waitFor();
    await page.goto('/system');
    await page.getByRole('button', { name: 'Activity 1 new' }).click();
    const list = page.locator('.activity li');
    t.equal(await page.locator('.activity li.is-new').count(), 1);
    t.ok((await list.count()) > 1);
    await page.getByLabel('Severity').selectOption('Errors');
    t.equal(await list.count(), 1);
    await page.getByLabel('About').selectOption('System');
    await page.getByText('Nothing of that kind.').waitFor();

    await page.goto('/security');
    await page.locator('.activity li').first().waitFor();
    t.equal(await page.locator('.activity li.is-new').count(), 0, 'open still, and looked at');
  });

  scene('progress is in the title of every page', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    await page.goto('/security');
    pod.comfyui.hold(2);
    await pod.studio.context.runs.submit({ prompt: toy() });
    await untilTitle(page, '^\\d+% .* · Security · ComfyUI Studio$');
    pod.comfyui.release();
    await untilTitle(page, '^Completed · Security · ComfyUI Studio$');
    t.pass('it was');
  });

  scene('tells by a notification that a run has ended, when asked to', {}, async (t, page, pod) => {
    await answerAll(page);
    await page.addInitScript(`(() => {
      let permission = 'default';
      window.Notification = class {
        static get permission() { return permission; }
        static async requestPermission() { return (permission = 'granted'); }
        constructor(title) {
          document.body.appendChild(document.createElement('output')).textContent = 'Told: ' + title;
        }
      };
    })()`);
    await logIn(page);
    await page.getByRole('button', { name: /^Activity/ }).click();
    await page.getByRole('button', { name: 'Notify when a run ends' }).click();
    await page.getByRole('button', { name: 'Notifies when a run ends' }).waitFor();

    const { runs } = pod.studio.context;
    await runs.submit({ prompt: toy() });
    await page.locator('.run').filter({ hasText: 'Completed' }).waitFor();
    const told = page.getByText('Told: ');
    t.equal(await told.count(), 0, 'not while somebody looks');

    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true })");
    await runs.submit({ prompt: toy() });
    await told.waitFor();
    t.equal(await told.textContent(), 'Told: The run is done');
  });

  scene(
    'a session that ends leads to the login, and from there back to where one was',
    {},
    async (t, page, pod) => {
      await answerAll(page);
      let endSession = () => {};
      await page.routeWebSocket('**/api/run/ws*', (socket) => {
        socket.connectToServer();
        endSession = () => void socket.close({ code: 4001 });
      });
      await logIn(page);
      await page.goto('/security?a=b');
      await page.getByText('Live', { exact: true }).waitFor();
      await page.context().clearCookies();
      endSession();
      await page.waitForURL('**/login?next=%2Fsecurity%3Fa%3Db');
      await logInHere(page);
      await page.waitForURL(`${pod.url}/security?a=b`);
      t.pass('back');
    },
  );

  scene('goes on in another session of this browser’s, when the first is over', {}, async (t, page) => {
    await answerAll(page);
    let endSession = () => {};
    await page.routeWebSocket('**/api/run/ws*', (socket) => {
      socket.connectToServer();
      endSession = () => void socket.close({ code: 4001 });
    });
    await logIn(page);
    await page.goto('/security');
    await page.getByText('Live', { exact: true }).waitFor();
    endSession();
    await page.getByText('Logged out', { exact: true }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    t.match(page.url(), /\/security$/);
  });

  scene('says that Studio is in maintenance, and when it is over', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    const { events } = pod.studio.context;
    events.append({ type: 'maintenance.entered', severity: 'warning', message: 'Maintenance has begun' });
    await page.getByText('Studio is in maintenance.').waitFor();
    await page.getByText('Live, in maintenance', { exact: true }).waitFor();
    events.append({ type: 'maintenance.left', severity: 'success', message: 'Maintenance is over' });
    await page.getByText('Studio is in maintenance.').waitFor({ state: 'detached' });
    await page.getByText('Live', { exact: true }).waitFor();
    t.pass('both');
  });

  scene('reconnects by itself when Studio has been started anew', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    await page.goto('/security');
    await page.getByText('Live', { exact: true }).waitFor();
    await pod.studio.close(0);
    await page.getByText('Reconnecting').waitFor();
    await page.getByText(/in \d+ s$/).waitFor();
    await pod.startAgain();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Activity/ }).click();
    await page.locator('.activity li').getByText('Studio started').nth(1).waitFor();
    t.match(page.url(), /\/security$/, 'the session outlives it');
  });

  scene(
    'a page that is asked for in maintenance says so, and comes when it is over',
    {},
    async (t, page, pod) => {
      await answerAll(page);
      await logIn(page);
      const { maintenance } = pod.studio.context;
      maintenance.enter();
      await page.goto('/security');
      await page.getByRole('heading', { name: 'Updating...' }).waitFor();
      maintenance.leave();
      await page.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      t.match(page.url(), /\/security$/);
    },
  );

  scene('the countdown to the next try, and an update, are told while away', {}, async (t, page) => {
    await answerAll(page);
    await page.routeWebSocket('**/api/run/ws*', (socket) => void socket.close({ code: 1012 }));
    await page.route('**/api/auth/session', (route) =>
      route.fulfill({ status: 503, json: { detail: 'System is updating, please wait...' } }),
    );
    await page.goto('/home');
    await logInHere(page);
    await page.getByText('Updating; reconnecting').waitFor();
    t.match(await page.locator('.link-state').textContent(), /Updating; reconnecting( in \d+ s)?/);
  });
});

async function logInHere(page: Page): Promise<void> {
  await page.getByLabel('API key').fill(KEY);
  await page.getByRole('button', { name: 'Log in' }).click();
}
