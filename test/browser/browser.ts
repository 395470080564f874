import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { Test } from 'tap';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why the tests in a browser cannot be run here, for tap's `skip`; false when they can. On CI a missing browser is a failure. */
export const noBrowser: string | false =
  existsSync(EXECUTABLE) || process.env.CI === 'true' ? false : `there is no ${EXECUTABLE}`;

/** A Chromium without a window, until the test ends. */
export async function startBrowser(t: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.teardown(() => browser.close());
  return browser;
}
