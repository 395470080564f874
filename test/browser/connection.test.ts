import type { Page } from 'playwright-core';
import t from 'tap';
import { KEY } from '../support/handler.ts';
import { startSwitch } from '../support/switch.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { answerAll } from './made-up-answers.ts';
import { logIn, scenes } from './scene.ts';

t.test('how a page stands with Studio', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

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
    const another = page.waitForEvent('websocket');
    endSession();
    await another;
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
    const front = await startSwitch(t, pod.studio.port);
    const url = front.url.replace('127.0.0.1', 'localhost');
    await answerAll(page);
    await page.goto(`${url}/security`);
    await logInHere(page);
    await page.getByText('Live', { exact: true }).waitFor();
    await pod.studio.close(0);
    await page.getByText('Reconnecting').waitFor();
    await page.getByText(/in \d+ s$/).waitFor();
    front.turnTo((await pod.startAgain()).port);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Activity/ }).click();
    await page.locator('.activity li').getByText('Studio started').nth(1).waitFor();
    t.equal(page.url(), `${url}/security`, 'the session outlives it');
  });

  scene(
    'a page that is asked for in maintenance says so, and comes when it is over',
    {},
    async (t, page, pod) => {
      await answerAll(page);
      await logIn(page);
      const { maintenance } = pod.studio.context;
      maintenance.enter('hand');
      await page.goto('/security');
      await page.getByRole('heading', { name: 'Updating...' }).waitFor();
      maintenance.leave('it was ended by hand');
      await page.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      t.match(page.url(), /\/security$/);
    },
  );

  scene('what could not be loaded in maintenance comes when it is over', {}, async (t, page, pod) => {
    await logIn(page);
    await page.goto('/security');
    await page.locator('.checks').waitFor();
    const { maintenance } = pod.studio.context;
    maintenance.enter('hand');
    await page.getByRole('button', { name: 'Check again' }).click();
    const problem = page.getByText('This is loaded when it is over.');
    await problem.waitFor();
    maintenance.leave('it was ended by hand');
    await problem.waitFor({ state: 'detached' });
    t.ok(await page.locator('.checks').isVisible());
  });

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
