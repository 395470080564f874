import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';
import type { StandInOptions } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { type Pod, startPod } from './pod.ts';

export interface SceneOptions {
  readonly comfyui?: StandInOptions;
  readonly browser?: BrowserContextOptions;
}

export type Scene = (
  name: string,
  options: SceneOptions,
  play: (t: Test, page: Page, pod: Pod) => Promise<void>,
) => Promise<unknown>;

/**
 * Subtests of `t`, each with a pod and a fresh browser profile of its own. When one has been played, the console must hold no
 * error and no refusal by the Content-Security-Policy.
 */
export function scenes(t: Test, browser: Browser): Scene {
  return (name, options, play) =>
    t.test(name, async (t) => {
      const pod = await startPod(t, options.comfyui);
      const profile = await browser.newContext({ baseURL: pod.url, ...options.browser });
      t.teardown(() => profile.close());
      const page = await profile.newPage();
      const complaints = complaintsOf(page);
      await play(t, page, pod);
      t.same(complaints, [], 'nothing is wrong on the console');
    });
}

/** Goes to /home through the login page. */
export async function logIn(page: Page): Promise<void> {
  await page.goto('/home');
  await page.getByLabel('API key').fill(KEY);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/home');
  await page.getByText('Live', { exact: true }).waitFor();
}

/**
 * Chromium reports every refusal, and these are no mistakes of the page: the login page's question, a wrong key, a bad
 * workflow, an answer that a test holds back or makes up, a header that means nothing over plain http.
 */
const EXPECTED = [
  /status of 401 .*\(\/api\/auth\/session\)/,
  /(status of (401|429|503) |ERR_FAILED ).*\(\/api\/auth\/login\)/,
  /ERR_FAILED .*\(\/api\/auth\/session\)/,
  /status of (400|401) .*\(\/api\/run\)/,
  /status of (401|404|500|503) .*\(\/api\/admin\//,
  /status of 503 .*\((\/(security|history)\b|\/api\/auth\/session\))/,
  /^WebSocket connection to .*\/api\/run\/ws.* failed/,
  /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED) .*\(\/api\/(auth\/session|run\/ws|admin\/)/,
  /status of 50[23] .*\(\/comfyui\/object_info\//,
  /^The Cross-Origin-Opener-Policy header has been ignored/,
];

export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const complaint = `${message.text()} (${message.location().url.replace(/^https?:..[^/]*/, '')})`;
    if (!EXPECTED.some((expected) => expected.test(complaint))) complaints.push(complaint);
  });
  return complaints;
}

/**
 * Waits until the tab's title is so: it follows the page a moment later. `pattern` is a regular expression's source. In one
 * evaluation: to ask again and again takes eval, which the pages' policy forbids.
 */
export async function untilTitle(page: Page, pattern: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => {
      if (new RegExp(${JSON.stringify(pattern)}).test(document.title)) resolve();
    };
    new MutationObserver(look).observe(document.querySelector('title'), { childList: true });
    look();
  })`);
  // Not waitForFunction: from its second look on it evaluates a text, which the page's policy forbids.
  await page.evaluate(`new Promise((resolve) => {
    const look = () => new RegExp(${JSON.stringify(pattern)}).test(document.title) && resolve();
    new MutationObserver(look).observe(document.head, { subtree: true, childList: true, characterData: true });
    look();
  })`);
}

/** In the picture's own pixels, once it is there; 0 when it cannot be shown. */
export async function naturalWidth(page: Page, selector: string): Promise<unknown> {
  await page.locator(selector).waitFor();
  return page.evaluate(`(async () => {
    const image = document.querySelector(${JSON.stringify(selector)});
    await image.decode();
    return image.naturalWidth;
  })()`);
}
