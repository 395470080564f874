import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { build } from 'vite';
import { folderWithExample, folderWithPackage } from '../support/readme-example.ts';
import { toy } from '../support/workflows.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, scenes } from './scene.ts';

/** The script that a page would load: the entry and all that it imports, as the global `bundle`. */
async function bundle(folder: string, entry: string): Promise<string> {
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(folder, entry), formats: ['iife'], name: 'bundle' },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('vite did not build it');
  return output.output.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n');
}

/** Runs the script in the page, as one that the page has loaded. */
async function load(page: Page, script: string): Promise<void> {
  await page.evaluate(`${script};globalThis.bundle = typeof bundle === 'undefined' ? undefined : bundle;`);
}

t.test('the client library in a browser', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene(
    'the README’s example shows the run and its preview',
    { comfyui: { stepDelayMs: 20 } },
    async (t, page, pod) => {
      const script = await bundle(folderWithExample(t, '// A page'), 'example.mjs');
      t.notMatch(script, /import\(/, 'nothing of Node’s is in it');
      await logIn(page);
      await load(page, script);
      const words = page.locator('body > output');
      await words.getByText(/live|completed/).waitFor();
      pod.comfyui.hold(3);
      await pod.studio.context.runs.submit({ prompt: toy() });
      await words.getByText(/^running \d+ %$/).waitFor();
      await page.waitForFunction("document.querySelector('body > img').naturalWidth > 0");
      pod.comfyui.release();
      await words.getByText('completed 100 %').waitFor();
    },
  );

  scene('a loop over a run, started from the page', { comfyui: { stepDelayMs: 5 } }, async (t, page) => {
    await logIn(page);
    await load(page, await bundleOfPackage(t));
    const statuses = await page.evaluate(`(async () => {
      const run = await bundle.connect().run(${JSON.stringify(toy())});
      const statuses = [];
      for await (const { status } of run) statuses.push(status);
      return statuses;
    })()`);
    t.ok(Array.isArray(statuses));
    t.equal(Array.isArray(statuses) && statuses.at(-1), 'completed');
    const refusal = await page.evaluate(`(() => {
      try { bundle.connect({ apiKey: 'k' }); } catch (error) { return error.name; }
    })()`);
    t.equal(refusal, 'TypeError', 'a key cannot be sent from here, and that is said at once');
  });

  scene('a connection that only looks open is found out when the network changes', {}, async (t, page) => {
    await logIn(page);
    await load(page, await bundleOfPackage(t));
    await page.evaluate(`(() => {
      const links = document.body.appendChild(document.createElement('output'));
      bundle.connect().listen(({ type, link }) => { if (type === 'link') links.append(link.state, ' '); });
    })()`);
    const links = page.locator('body > output');
    await links.getByText('connecting live', { exact: true }).waitFor();
    await page.route('**/api/auth/session', (route) => route.abort());
    await page.evaluate("dispatchEvent(new Event('online'))");
    await links.getByText('connecting live connecting waiting').waitFor();
    await page.unroute('**/api/auth/session');
    await page.evaluate("dispatchEvent(new Event('online'))");
    await links.getByText(/connecting live\s*$/).waitFor();
    t.match(await links.textContent(), /^(connecting live connecting (waiting connecting )+live )$/);
  });
});

async function bundleOfPackage(t: Parameters<typeof folderWithPackage>[0]): Promise<string> {
  const folder = folderWithPackage(t);
  writeFileSync(join(folder, 'all.mjs'), "export * from 'comfyui-studio/client';\n");
  return bundle(folder, 'all.mjs');
}
