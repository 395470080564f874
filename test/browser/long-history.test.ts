import t from 'tap';
import { runProgress } from '../support/run-progress.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, scenes } from './scene.ts';

t.test('a long history', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('stays small with 10,000 runs', {}, async (t, page) => {
    const pages: number[] = [];
    await page.route('**/api/admin/history?*', (route) => {
      const query = new URL(route.request().url()).searchParams;
      const from = Number(query.get('before') ?? 0);
      const end = Math.min(from + Number(query.get('limit')), 10_000);
      pages.push(from);
      const made = Array.from({ length: end - from }, (_, index) => madeUp(from + index));
      return route.fulfill({ json: { runs: made, next: end < 10_000 ? end : null } });
    });
    await logIn(page);
    await page.goto('/history');
    await page.locator('[data-run="run-0"]').waitFor();

    // To the end of what there is, again and again: each time the next page is asked for.
    const most: unknown = await page.evaluate(`(async () => {
      let most = 0;
      const deadline = Date.now() + 60000;
      while (!document.body.textContent.includes('10000 runs, and that is all.') && Date.now() < deadline) {
        scrollTo(0, document.documentElement.scrollHeight);
        await new Promise(requestAnimationFrame);
        most = Math.max(most, document.querySelectorAll('.tile').length);
      }
      return most;
    })()`);
    await page.getByText('10000 runs, and that is all.').waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.locator('[data-run="run-9999"]').waitFor();
    t.equal(pages.length, 100, 'every page was asked for once');
    t.ok(typeof most === 'number' && most > 0 && most <= 60, `at most ${most} tiles were in the document`);

    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight / 2)');
    await page.locator('[data-run="run-5000"]').waitFor();
    t.equal(await page.locator('[data-run="run-9999"]').count(), 0);
    await page.locator('[data-run="run-5000"]').click();
    await page.getByText('There is no such run').waitFor();
    await page.getByRole('link', { name: 'All runs' }).click();
    await page.locator('[data-run="run-5000"]:focus').waitFor();
  });
});

function madeUp(index: number) {
  const at = new Date(Date.UTC(2026, 0, 1) - index * 60_000).toISOString();
  return runProgress({
    prompt_id: `run-${index}`,
    title: `Made-up run ${index}`,
    status: 'completed',
    queued_at: at,
    ended_at: at,
  });
}
