import t from 'tap';
import { startTestStudio } from '../support/studio.ts';
import { noBrowser, startBrowser } from './browser.ts';
import { complaintsOf, logIn } from './scene.ts';

t.test(
  "over https of Studio's own a browser logs in, keeps the cookie and has the stream",
  { skip: noBrowser },
  async (t) => {
    const studio = await startTestStudio(t, { STUDIO_TLS: 'self-signed' });
    const browser = await startBrowser(t);
    const profile = await browser.newContext({
      baseURL: `https://localhost:${studio.port}`,
      // As somebody does who has compared the fingerprint.
      ignoreHTTPSErrors: true,
    });
    t.teardown(() => profile.close());
    const page = await profile.newPage();
    const complaints = complaintsOf(page);
    await page.goto('/login');
    t.equal(await page.locator('#plain-http').isVisible(), false);
    await logIn(page);
    const [cookie] = await profile.cookies();
    t.match(cookie, { name: 'session', secure: true, httpOnly: true, sameSite: 'Strict' });
    await page.goto('/security');
    await page.getByText('Studio itself speaks https').waitFor();
    await page.getByText(studio.tls?.state.certificate.fingerprint ?? 'none').waitFor();
    t.same(complaints, [], 'nothing is wrong on the console');
  },
);
