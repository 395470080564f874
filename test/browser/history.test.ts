import t from 'tap';
import { runProgress } from '../support/run-progress.ts';
import { failing, toy, txt2img } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, naturalWidth, scenes } from './scene.ts';

t.test('the history page', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene(
    'shows what runs made, and one of them whole',
    { comfyui: { stepDelayMs: 1 } },
    async (t, page, pod) => {
      const { runs } = pod.studio.context;
      const good = await runs.submit({ prompt: txt2img(3, 4503599627370495) });
      await pod.comfyui.idle();
      const bad = await runs.submit({ prompt: failing() });
      await pod.comfyui.idle();
      await logIn(page);
      await page.goto('/history');

      const tile = page.locator(`[data-run="${good.prompt_id}"]`);
      t.ok(await naturalWidth(page, `[data-run="${good.prompt_id}"] img`), 'the thumbnail is a picture');
      await tile.click();
      await page.getByRole('heading', { name: 'three ridges and a lake at dusk' }).waitFor();
      t.equal(new URL(page.url()).search, `?run=${good.prompt_id}`);
      t.ok(await naturalWidth(page, '.frame img'), 'the picture itself is shown');
      t.match(await page.locator('.detail-facts').textContent(), /Studio.*Seed4503599627370495.*Steps3/s);
      const bars = page.getByRole('region', { name: 'Time by node' });
      for (const name of ['KSampler', 'Load Checkpoint', 'Negative prompt'])
        t.ok(await bars.locator('li').filter({ hasText: name }).count(), name);
      const told = pod.studio.context.runs.timingsOf(good.prompt_id);
      t.ok(told.length > 3 && told.every(({ seconds }) => seconds !== null), 'every node was seen');
      t.equal(await bars.locator('li').count(), told.length);
      t.equal(await bars.locator('svg[aria-hidden=true]').count(), told.length, 'a bar for each');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download' }).click();
      t.equal((await download).suggestedFilename(), 'ComfyUI_00001_.png');

      await page.goBack();
      await page.locator(`[data-run="${good.prompt_id}"]:focus`).waitFor();
      await page.goForward();
      await page.getByRole('heading', { name: 'three ridges' }).waitFor();
      await page.getByRole('link', { name: 'Newer' }).click();
      await page.locator('.failure').getByText('boom: toy failure').waitFor();
      t.equal(new URL(page.url()).search, `?run=${bad.prompt_id}`);
      t.match(await page.locator('.failure').textContent(), /FailNode node 5/);
    },
  );

  scene(
    'runs one again, with its seed and with another',
    { comfyui: { stepDelayMs: 1 } },
    async (t, page, pod) => {
      const { runs } = pod.studio.context;
      const first = await runs.submit({ prompt: txt2img(2, 77) });
      await pod.comfyui.idle();
      await logIn(page);
      await page.goto(`/history?run=${first.prompt_id}`);
      await page.getByRole('button', { name: 'Run again' }).click();
      await page.waitForURL((url) => url.search !== '' && !url.search.includes(first.prompt_id));
      const again = new URL(page.url()).searchParams.get('run') ?? '';
      t.match(runs.promptOf(again), { 3: { inputs: { seed: 77 } } });
      await page.locator('.detail .badge').getByText('Completed').waitFor();

      await page.getByRole('button', { name: 'With a new seed' }).click();
      await page.waitForURL((url) => !url.search.includes(again));
      const anew = new URL(page.url()).searchParams.get('run') ?? '';
      t.notMatch(runs.promptOf(anew), { 3: { inputs: { seed: 77 } } });
      await page.locator('.detail .badge').getByText('Completed').waitFor();

      await page.getByRole('link', { name: 'Change it first' }).click();
      await page.waitForURL('**/home');
      t.equal(await page.getByLabel('Steps').inputValue(), '2');
    },
  );

  scene('deletes a run when that is confirmed', { comfyui: { stepDelayMs: 1 } }, async (t, page, pod) => {
    const { runs } = pod.studio.context;
    const run = await runs.submit({ prompt: toy(2) });
    await pod.comfyui.idle();
    await logIn(page);
    await page.goto('/history');
    await page.locator('.tile').click();
    const button = page.getByRole('button', { name: 'Delete…' });
    await button.click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    t.ok(runs.get(run.prompt_id), 'Escape keeps it');

    await button.press('Enter');
    await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await page.getByText('Nothing has been run yet').waitFor();
    t.equal(runs.get(run.prompt_id), undefined);
    await page.goto(`/history?run=${run.prompt_id}`);
    await page.getByText('There is no such run').waitFor();
  });

  scene(
    'filters, and follows what is run meanwhile',
    { comfyui: { stepDelayMs: 1 } },
    async (t, page, pod) => {
      const { runs } = pod.studio.context;
      await runs.submit({ prompt: failing() });
      await pod.comfyui.idle();
      await logIn(page);
      await page.goto('/history');
      await page.getByText('1 run, and that is all.').waitFor();
      await runs.submit({ prompt: toy(2) });
      await page.locator('.tile img').waitFor();
      t.equal(await page.locator('.tile').count(), 2);

      await page.getByLabel('Failed').check();
      await page.getByText('1 run, and that is all.').waitFor();
      t.match(await page.locator('.tile').textContent(), /boom/);
      await page.getByLabel('Cancelled').check();
      await page.getByText('No run is like that').waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Show all runs' }).click();
      await page.getByText('2 runs, and that is all.').waitFor();
      const asked = page.waitForRequest((request) => request.url().includes('since='));
      await page.getByLabel('Time').selectOption('Last 24 hours');
      const since = new URL((await asked).url()).searchParams.get('since') ?? '';
      const age = Date.now() - Date.parse(since) - 86_400_000;
      t.ok(age >= 0 && age < 600_000, 'Studio is asked for no older ones', { since });
      await page.getByText('2 runs, and that is all.').waitFor();
      t.match(page.url(), /since=day/);
    },
  );

  scene('says what went wrong, and tries again', {}, async (t, page) => {
    await logIn(page);
    await page.route('**/api/admin/history*', (route) =>
      route.fulfill({ status: 503, json: { detail: 'Studio is being updated' } }),
    );
    await page.goto('/history');
    await page.getByRole('alert').getByText('Studio is being updated').waitFor();
    await page.unroute('**/api/admin/history*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nothing has been run yet').waitFor();
    t.pass('it did');
  });

  scene('plays what a run has made', {}, async (t, page, pod) => {
    pod.comfyui.addFile('output', 'tone.wav', wav());
    const items = [{ filename: 'tone.wav', subfolder: '', type: 'output', media: 'audio' as const }];
    const run = runProgress({
      prompt_id: 'tone',
      status: 'completed',
      node_outputs: { 9: { node_title: 'Save', node_type: 'SaveAudio', items } },
    });
    await page.route('**/api/admin/history/tone', (route) =>
      route.fulfill({ json: { run, node_errors: {}, prompt: {} } }),
    );
    await logIn(page);
    await page.goto('/history?run=tone');
    await page.locator('.frame audio').waitFor();
    t.equal(await page.locator('.node-timings').count(), 0, 'of whose nodes nothing is known');
    const seconds: unknown = await page.evaluate(`new Promise((resolve) => {
      const audio = document.querySelector('.frame audio');
      if (audio.duration > 0) resolve(audio.duration);
      audio.addEventListener('loadedmetadata', () => resolve(audio.duration));
    })`);
    t.equal(seconds, 0.5);
  });
});

/** Half a second of silence. */
function wav(): Buffer {
  const head = Buffer.alloc(44);
  const rate = 8000;
  const size = rate / 2;
  head.write('RIFF');
  head.writeUInt32LE(36 + size, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(size, 40);
  return Buffer.concat([head, Buffer.alloc(size, 128)]);
}
