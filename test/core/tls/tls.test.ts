import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { NewEvent } from '../../../core/events/event-log.ts';
import { ownPair } from '../../../core/tls/own-certificate.ts';
import { makeSelfSigned } from '../../../core/tls/self-signed.ts';
import type { TlsSource } from '../../../core/tls/source.ts';
import { openTls } from '../../../core/tls/tls.ts';
import { makePair, writePair } from '../../support/certificates.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const DAY = 24 * 3_600_000;

/** A certificate that is followed at a great pace; `until` resolves when an event fits. */
function followed(t: Test, source: TlsSource, studioDir: string, use: () => void = () => {}) {
  const lines: string[] = [];
  const log = { info: keep, warn: keep, error: keep };
  function keep(...words: unknown[]): void {
    lines.push(words.map(String).join(' '));
  }
  const told: NewEvent[] = [];
  let look = (): void => {};
  const tls = openTls(source, studioDir, { log, intervalMs: 10, renewalMs: 50 });
  tls.follow(use, {
    append(event) {
      told.push(event);
      look();
    },
  });
  // It keeps no process from ending by itself.
  const awake = setInterval(() => {}, 60_000);
  t.teardown(() => {
    tls.stop();
    clearInterval(awake);
  });
  const until = (fits: (event: NewEvent) => boolean) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (told.some(fits)) resolve();
      };
      look();
    });
  return { tls, lines, told, until };
}

t.test("Studio's own is renewed before its end, while it runs", async (t) => {
  const studioDir = freshFolder(t);
  let used = 0;
  const { tls, until } = followed(t, { kind: 'self-signed' }, studioDir, () => {
    used += 1;
  });
  const first = tls.state.certificate;
  // As if most of its time had gone by.
  writeFileSync(ownPair(studioDir).key, makeSelfSigned(['localhost'], Date.now(), 5));
  await until(
    ({ type, data }) =>
      type === 'certificate.changed' && Date.parse(String(data?.expires_at)) > Date.now() + 300 * DAY,
  );
  t.ok(tls.state.certificate.expiresAt > Date.now() + 300 * DAY);
  t.not(tls.state.certificate.fingerprint, first.fingerprint);
  t.ok(used >= 1);
});

t.test('one that the server will not have counts as refused, and is told once', async (t) => {
  const folder = freshFolder(t);
  const { certificate, key } = writePair(folder, makePair());
  const source: TlsSource = { kind: 'files', files: { certificate, key } };
  const { tls, told, until } = followed(t, source, folder, () => {
    throw new Error('the server cannot use it');
  });
  const before = tls.state.certificate.fingerprint;
  writePair(folder, makePair());
  await until(({ type }) => type === 'certificate.refused');
  tls.look();
  tls.look();
  t.equal(told.length, 1);
  t.match(tls.state, { refused: 'the server cannot use it', certificate: { fingerprint: before } });
});

t.test('one that is near its end, or past it, is used, with a warning at the start', async (t) => {
  for (const [days, words] of [
    [5, /ends on .*, in \d days/],
    [-5, /has ended on/],
  ] as const) {
    const folder = freshFolder(t);
    const { certificate, key } = writePair(folder, makePair(days));
    const { lines } = followed(t, { kind: 'files', files: { certificate, key } }, folder);
    t.match(lines.join('\n'), words);
  }
});
