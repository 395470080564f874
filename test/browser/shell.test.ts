import t from 'tap';
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
    const list = page.locator('.activity li');
    const told = (words: string) => list.getByText(words).first().waitFor({ state: 'attached' });
    const allTold = () => Promise.all(['Studio started', 'ComfyUI is connected', 'logged in'].map(told));
    await allTold();
    // As at the first visit.
    await page.evaluate('localStorage.clear()');
    await page.reload();
    await allTold();
    t.equal(await toggle.textContent(), 'Activity', 'all that was before is old news');

    await toggle.click();
    await list.getByText('Studio started').waitFor();
    await toggle.click();
    pod.studio.context.events.append({ type: 'job.failed', severity: 'error', message: 'A run failed' });
    await page.getByRole('button', { name: 'Activity 1 new' }).waitFor();
    await page.goto('/system');
    await page.getByRole('button', { name: 'Activity 1 new' }).click();
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

  scene(
    'older activity by the page, of the kind that is wanted, and never too much',
    {},
    async (t, page, pod) => {
      const { events } = pod.studio.context;
      events.append({ type: 'job.failed', severity: 'error', message: 'The first run failed' });
      for (let at = 1; at <= 900; at++)
        events.append({ type: 'job.queued', severity: 'info', message: `Run ${at} was queued` });
      await answerAll(page);
      await logIn(page);
      await page.getByRole('button', { name: /^Activity/ }).click();
      const list = page.locator('.activity li');
      const older = page.getByRole('button', { name: 'Show older' });
      await list.getByText('Run 900 was queued').waitFor();
      t.equal(await list.getByText('Run 100 was queued').count(), 0);
      for (let presses = 0; (await list.getByText('Run 100 was queued').count()) === 0; presses++) {
        if (presses > 12) break;
        const oldest = await list.last().textContent();
        await older.press('Enter');
        await list
          .last()
          .filter({ hasNotText: oldest ?? '' })
          .waitFor();
      }
      t.equal(await list.getByText('Run 100 was queued').count(), 1);
      t.equal(await list.count(), 500, 'the newest were let go of');
      await page.getByRole('button', { name: 'Back to the latest' }).click();
      await list.getByText('Run 900 was queued').waitFor();

      await page.getByLabel('Severity').selectOption('Errors');
      await page.getByText('Nothing of that kind.').waitFor();
      await older.click();
      await list.getByText('The first run failed').waitFor();
      await page.getByText('That is all there is.').waitFor();
    },
  );

  scene('who logs out leaves nothing in the browser; who is logged out, all', {}, async (t, page, pod) => {
    await answerAll(page);
    await logIn(page);
    await page.getByRole('button', { name: 'Try an example' }).click();
    await page.getByRole('button', { name: /^Activity/ }).click();
    await page.locator('.activity li').first().waitFor();
    // The editor's own.
    await page.evaluate("localStorage.setItem('Comfy.Settings', '{}')");
    const kept = () => page.evaluate('Object.keys(localStorage).sort()');
    const all = ['Comfy.Settings', 'studio.activity', 'studio.seen', 'studio.workflow'];
    t.same(await kept(), all);

    await page.context().clearCookies();
    await page.reload();
    await page.getByRole('heading', { name: 'ComfyUI Studio', level: 1 }).waitFor();
    t.same(await kept(), all, 'whose session is over finds all as it was');

    await logIn(page);
    t.ok(await page.getByLabel('Positive prompt').isVisible());
    await page.goto('/system');
    await page.getByText('Live', { exact: true }).waitFor();
    // Told only: in maintenance itself Studio would refuse what this page may still be loading.
    const { events } = pod.studio.context;
    events.append({ type: 'maintenance.entered', severity: 'warning', message: 'Maintenance has begun' });
    await page.locator('.log-out :disabled').waitFor();
    events.append({ type: 'maintenance.left', severity: 'success', message: 'Maintenance is over' });
    await page.locator('.log-out :enabled').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL('**/login');
    t.same(await kept(), ['Comfy.Settings']);
    await logIn(page);
    await page.getByRole('button', { name: 'Try an example' }).waitFor();
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
          // Without a permission a browser shows nothing.
          if (permission === 'granted') document.body.appendChild(document.createElement('output')).textContent = 'Told: ' + title;
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

  scene('says so where a page cannot notify', {}, async (t, page) => {
    await answerAll(page);
    // As Chrome on Android does.
    await page.addInitScript(`
      window.Notification = class {
        static permission = 'default';
        constructor() {
          throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
        }
      };`);
    await logIn(page);
    await page.getByRole('button', { name: /^Activity/ }).click();
    await page.getByText('This browser lets no page notify.').waitFor();
    t.equal(await page.getByRole('button', { name: /^Notif/ }).count(), 0);
  });
});
