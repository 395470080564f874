import t from 'tap';
import { KEY } from '../support/handler.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, scenes } from './scene.ts';

t.test('logging in', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('works without JavaScript', { browser: { javaScriptEnabled: false } }, async (t, page, pod) => {
    await page.goto('/home?from=here');
    t.equal(new URL(page.url()).pathname, '/login');

    await page.getByLabel('API key').fill('not the key');
    await page.getByRole('button', { name: 'Log in' }).click();
    t.match(await page.getByRole('alert').textContent(), /not the key/);

    await page.getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Log in' }).click();
    t.equal(page.url(), `${pod.url}/home?from=here`);
  });

  scene('with JavaScript says what is wrong, keeps the field, and goes on', {}, async (t, page) => {
    await page.goto('/login?next=%2Fhome%3Ffrom%3Dhere');
    const key = page.getByLabel('API key');
    t.equal(await page.locator('#plain-http').isVisible(), false, 'localhost keeps its cookie');

    await key.fill('not the key');
    await key.press('Enter');
    await page.getByText('That is not the key').waitFor();
    t.equal(await key.inputValue(), 'not the key');

    await key.fill(KEY);
    await page.getByRole('button', { name: 'Show the key' }).click();
    t.equal(await key.getAttribute('type'), 'text');
    await key.press('Enter');
    await page.waitForURL('**/home?from=here');
  });

  scene('counts down while the address is throttled', {}, async (t, page) => {
    await page.goto('/login');
    const key = page.getByLabel('API key');
    const words = page.getByRole('alert');
    for (let attempt = 1; attempt <= 5; attempt++) {
      await key.fill(`guess ${attempt}`);
      const answered = page.waitForResponse('**/api/auth/login');
      await key.press('Enter');
      await answered;
      await page.locator('#log-in:enabled').waitFor();
    }
    await key.fill(KEY);
    await key.press('Enter');
    await page.getByRole('button', { name: /^Wait \d+:\d\d$/ }).waitFor();
    t.match(await words.textContent(), /Too many wrong keys/);
    t.equal(await page.locator('#log-in').isDisabled(), true);
    t.equal(await key.inputValue(), KEY, 'what was typed stays');

    await page.clock.install();
    await page.goto('/login?error=throttled&wait=65');
    await page.getByRole('button', { name: 'Wait 1:05' }).waitFor();
    await page.clock.fastForward(66_000);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    t.equal(await words.textContent(), '');
  });

  scene('goes straight on with a session', {}, async (_t, page) => {
    await logIn(page);
    await page.goto('/login?next=%2Fhome%3Fagain');
    await page.waitForURL('**/home?again');
  });

  scene('tells that it cannot reach Studio', {}, async (t, page) => {
    await page.goto('/login');
    await page.route('**/api/auth/login', (route) => route.fulfill({ status: 503, body: '' }));
    await page.getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Studio is being updated').waitFor();
    await page.unroute('**/api/auth/login');

    await page.route('**/api/auth/login', (route) => route.abort());
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Studio cannot be reached').waitFor();
    t.equal(await page.getByLabel('API key').inputValue(), KEY);
  });

  scene('warns on plain http away from this machine', {}, async (t, page, pod) => {
    const elsewhere = pod.url.replace('localhost', 'studio.test');
    await page.route(`${elsewhere}/**`, async (route) => {
      const asked = new URL(route.request().url());
      const response = await fetch(pod.url + asked.pathname + asked.search);
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    await page.goto(`${elsewhere}/login`);
    await page.getByText('This page came over plain http').waitFor();
    t.pass('it says so');
  });
});
