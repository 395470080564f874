import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import t from 'tap';
import { noBrowser, startBrowser } from './browser.ts';
import { logIn, scenes } from './scene.ts';

/** Two seconds of 64 by 48 pixels: VP9, which every Chromium plays. */
const MOVING = readFileSync(new URL('../fixtures/moving.webm', import.meta.url));

t.test('a video that a run has made', { skip: noBrowser }, async (t) => {
  const scene = scenes(t, await startBrowser(t));

  scene('plays by keyboard, where the run was watched and in the history', {}, async (t, page, pod) => {
    pod.comfyui.addFile('output', 'moving.webm', MOVING);
    await logIn(page);
    const run = await pod.studio.context.runs.submit({
      prompt: { 1: { class_type: 'ToyVideo', inputs: { filename: 'moving.webm' } } },
    });
    await page.locator('.preview video').waitFor();
    t.same(await play(page, '.preview video'), { width: 64, seconds: 2, moved: true });

    await page.goto('/history');
    const tile = page.locator(`[data-run="${run.prompt_id}"]`);
    await tile.getByText('Video').waitFor();
    t.equal(await firstFrame(page, '.tile video'), 64, 'its first frame is its thumbnail');
    await tile.click();
    await page.locator('.frame video').waitFor();
    t.same(await play(page, '.frame video'), { width: 64, seconds: 2, moved: true });
    t.equal(await seek(page, '.frame video', 1.5), 1.5, 'a part of it can be asked for');
  });

  scene('says so when it cannot be played', {}, async (t, page, pod) => {
    pod.comfyui.addFile('output', 'broken.webm', Buffer.from('no video'));
    await logIn(page);
    await pod.studio.context.runs.submit({
      prompt: { 1: { class_type: 'ToyVideo', inputs: { filename: 'broken.webm' } } },
    });
    await page.getByText('broken.webm cannot be shown').waitFor();
    t.equal(await page.locator('video').count(), 0);
  });
});

/** Presses the space bar on it; resolves once it has moved on. */
async function play(page: Page, selector: string): Promise<unknown> {
  await page.locator(selector).press(' ');
  return page.evaluate(`new Promise((resolve) => {
    const video = document.querySelector(${JSON.stringify(selector)});
    const look = () => {
      if (video.currentTime > 0.3)
        resolve({ width: video.videoWidth, seconds: video.duration, moved: !video.paused });
    };
    video.addEventListener('timeupdate', look);
    look();
  })`);
}

/** Its width in the video's own pixels, once a frame is there. */
async function firstFrame(page: Page, selector: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const video = document.querySelector(${JSON.stringify(selector)});
    const look = () => video.readyState >= 2 && resolve(video.videoWidth);
    video.addEventListener('loadeddata', look);
    look();
  })`);
}

/** Where it stands when it was asked to go there. */
async function seek(page: Page, selector: string, seconds: number): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const video = document.querySelector(${JSON.stringify(selector)});
    video.pause();
    video.addEventListener('seeked', () => resolve(video.currentTime));
    video.currentTime = ${seconds};
  })`);
}
