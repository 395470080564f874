import type { JSHandle, Page } from 'playwright-core';
import t from 'tap';
import { encodePng, withText } from '../support/comfyui/png.ts';
import { txt2img } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, naturalWidth, scenes } from './scene.ts';

/** Beyond what a JavaScript number keeps. */
const LONG_SEED = '18446744073709551557';

t.test('the workflow form', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene(
    'sends what its fields say, and seeds with all their digits',
    { comfyui: { stepDelayMs: 1 } },
    async (t, page, pod) => {
      await logIn(page);
      await bring(page, JSON.stringify(txt2img(3)).replace(/"seed":\d+/, `"seed":${LONG_SEED}`));
      t.equal(await page.getByLabel('Seed', { exact: true }).inputValue(), LONG_SEED);
      await page.getByLabel('Positive prompt').fill('a "ridge"\nat dawn');
      await page.getByLabel('Steps').fill('2');
      await page.getByLabel('Sampler').selectOption('heun');

      const first = await run(page, 'Run');
      t.match(pod.studio.context.runs.promptOf(first), {
        3: { inputs: { seed: BigInt(LONG_SEED), steps: 2, sampler_name: 'heun' } },
        6: { inputs: { text: 'a "ridge"\nat dawn' } },
      });

      const second = await run(page, 'Run with a new seed');
      const seed = await page.getByLabel('Seed', { exact: true }).inputValue();
      t.not(seed, LONG_SEED);
      t.match(pod.studio.context.runs.promptOf(second), { 3: { inputs: { seed: Number(seed), steps: 2 } } });

      await page.getByRole('button', { name: 'Roll a new seed' }).click();
      t.not(await page.getByLabel('Seed', { exact: true }).inputValue(), seed);
    },
  );

  scene('keeps what is no number from being sent', {}, async (t, page, pod) => {
    await logIn(page);
    await bring(page, JSON.stringify(txt2img(3)));
    const steps = page.getByLabel('Steps');
    await steps.fill('many');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    t.equal(await steps.getAttribute('aria-invalid'), 'true');
    t.ok(await page.evaluate("document.activeElement.id === 'field-3.steps'"), 'the field has the focus');
    t.equal(pod.studio.context.runs.list().length, 0);
    await steps.fill('4');
    t.equal(await steps.getAttribute('aria-invalid'), null);
  });

  scene('shows ComfyUI’s objections at the fields that they name', {}, async (t, page) => {
    await logIn(page);
    await bring(page, JSON.stringify(txt2img(0)));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('alert').getByText('1 field above says why.').waitFor();
    const steps = page.getByLabel('Steps');
    t.equal(await steps.getAttribute('aria-invalid'), 'true');
    t.match(await page.locator('.field').filter({ has: steps }).textContent(), /smaller than min/);
    t.ok(await page.evaluate("document.activeElement.id === 'field-3.steps'"), 'the field has the focus');
    await steps.fill('4');
    t.equal(await page.getByRole('alert').count(), 0, 'what is mended is not held against it any more');
  });

  scene('remembers the workflow over a reload', {}, async (t, page) => {
    await logIn(page);
    await bring(page, JSON.stringify(txt2img(3)));
    await page.getByLabel('Positive prompt').fill('still here');
    await page.reload();
    t.equal(await page.getByLabel('Positive prompt').inputValue(), 'still here');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Try an example' }).waitFor();
  });

  scene('takes the workflow out of a picture', {}, async (t, page) => {
    await logIn(page);
    const chooser = page.getByLabel('Workflow file');
    await chooser.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: pictureWith('prompt') });
    t.equal(await page.getByLabel('Positive prompt').inputValue(), 'three ridges and a lake at dusk');
    await chooser.setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: pictureWith('workflow') });
    await page.getByRole('alert').getByText("b.png holds its workflow in the editor's own format").waitFor();
    t.equal(await page.getByLabel('Steps').inputValue(), '3', 'the form stays');
  });

  scene('uploads a picture to work on', { comfyui: { stepDelayMs: 1 } }, async (t, page, pod) => {
    pod.comfyui.addFile('input', 'old.png', PICTURE);
    await logIn(page);
    await bring(page, JSON.stringify(ON_A_PICTURE));
    await page
      .getByLabel('Picture: file')
      .setInputFiles({ name: 'new.png', mimeType: 'image/png', buffer: PICTURE });
    await page.locator('.picture-field').getByText('new.png').waitFor();
    t.equal(await naturalWidth(page, '.picture-now img'), 8, 'and is shown');
    const id = await run(page, 'Run');
    t.match(pod.studio.context.runs.promptOf(id), { 1: { inputs: { image: 'new.png' } } });
  });

  scene(
    'a picture that is dropped on its field is uploaded, and runs',
    { comfyui: { stepDelayMs: 1 } },
    async (t, page, pod) => {
      pod.comfyui.addFile('input', 'old.png', PICTURE);
      await logIn(page);
      await bring(page, JSON.stringify(ON_A_PICTURE));
      // Held back, so that something else can be changed meanwhile.
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/api/run/upload-image', async (route) => {
        await released;
        await route.continue();
      });

      const field = page.locator('.picture-field');
      const dataTransfer = await fileToDrop(page, 'dropped.png', 'image/png', PICTURE);
      await field.dispatchEvent('dragover', { dataTransfer });
      t.match(await field.getAttribute('class'), /is-over/);
      t.equal(await page.getByText('Drop the workflow here, or').count(), 0, 'it is not the page’s');
      await field.dispatchEvent('drop', { dataTransfer });
      await field.getByText('Uploading…').waitFor();
      await page.getByLabel('Steps').fill('2');
      release();
      await field.getByText('dropped.png').waitFor();
      t.equal(await page.getByLabel('Steps').inputValue(), '2', 'what was changed meanwhile stays');
      t.equal(await naturalWidth(page, '.picture-now img'), 8);
      const id = await run(page, 'Run');
      t.match(pod.studio.context.runs.promptOf(id), {
        1: { inputs: { image: 'dropped.png' } },
        2: { inputs: { steps: 2 } },
      });
      // ComfyUI refuses a name that is not in its input folder.
      await page.locator(`[data-prompt-id="${id}"] .is-completed`).waitFor();

      const workflow = Buffer.from(JSON.stringify(txt2img(3)));
      const another = await fileToDrop(page, 'a.json', 'application/json', workflow);
      await field.dispatchEvent('drop', { dataTransfer: another });
      await page.getByLabel('Steps').waitFor();
    },
  );
});

const ON_A_PICTURE = {
  1: { class_type: 'LoadImage', inputs: { image: 'old.png' } },
  2: {
    class_type: 'SlowSampler',
    inputs: { image: ['1', 0], steps: 1, seed: 1, delay_ms: 1, preview: 'jpeg' },
  },
  3: { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'x' } },
};

/** What the browser would bring along with the drop of that file. */
function fileToDrop(page: Page, name: string, type: string, bytes: Buffer): Promise<JSHandle> {
  return page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    const bytes = new Uint8Array(${JSON.stringify([...bytes])});
    data.items.add(new File([bytes], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }));
    return data;
  })()`);
}

const PICTURE = encodePng(8, 8, Buffer.alloc(8 * 8 * 4, 120));

/** A PNG that carries a workflow, as ComfyUI writes it. */
function pictureWith(keyword: string): Buffer {
  return withText(PICTURE, { [keyword]: JSON.stringify(txt2img(3)) });
}

async function bring(page: Page, workflow: string): Promise<void> {
  await page
    .getByLabel('Workflow file')
    .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(workflow) });
  await page.locator('.fields').waitFor();
}

/** Presses the button; resolves to the id of the run that it started. */
async function run(page: Page, button: string): Promise<string> {
  const answered = page.waitForResponse('**/api/run');
  await page.getByRole('button', { name: button, exact: true }).click();
  const answer: unknown = await (await answered).json();
  if (typeof answer !== 'object' || answer === null || !('prompt_id' in answer)) throw new Error('refused');
  return String(answer.prompt_id);
}
