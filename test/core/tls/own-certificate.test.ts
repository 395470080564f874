import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readPair } from '../../../core/tls/certificate.ts';
import {
  ensureOwnPair,
  namesOfThisMachine,
  ownPair,
  ownPublicFile,
} from '../../../core/tls/own-certificate.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const DAY = 24 * 3_600_000;
const noWarning = (message: string): never => {
  throw new Error(message);
};

t.test('it is made once, 0600 the key, and stays the same until 30 days before its end', async (t) => {
  const folder = freshFolder(t);
  const now = Date.now();
  ensureOwnPair(folder, now, noWarning);
  const { fingerprint, expiresAt } = readPair(ownPair(folder));
  t.equal(statSync(ownPair(folder).key).mode & 0o777, 0o600);
  t.same(readdirSync(folder).sort(), ['.tls.pem', 'certificate.pem']);
  ensureOwnPair(folder, expiresAt - 30 * DAY, noWarning);
  t.equal(readPair(ownPair(folder)).fingerprint, fingerprint);
  ensureOwnPair(folder, expiresAt - 30 * DAY + 1, noWarning);
  const renewed = readPair(ownPair(folder));
  t.not(renewed.fingerprint, fingerprint);
  t.ok(renewed.expiresAt > expiresAt);
  t.equal(new X509Certificate(readFileSync(ownPublicFile(folder))).fingerprint256, renewed.fingerprint);
});

t.test('for whoever is to trust it the certificate lies apart, without the key', async (t) => {
  const folder = freshFolder(t);
  ensureOwnPair(folder, Date.now(), noWarning);
  const text = readFileSync(ownPublicFile(folder), 'utf8');
  t.notMatch(text, /PRIVATE/);
  t.equal(new X509Certificate(text).fingerprint256, readPair(ownPair(folder)).fingerprint);
});

t.test('one that was damaged is made anew, with a word', async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, '.tls.pem'), 'half of it');
  const warnings: string[] = [];
  ensureOwnPair(folder, Date.now(), (message) => warnings.push(message));
  t.match(warnings, [/made anew/]);
  t.ok(readPair(ownPair(folder)));
});

t.test('it is for this machine, by the names that a LAN has for it', async (t) => {
  const names = namesOfThisMachine();
  for (const name of ['localhost', '127.0.0.1', '::1']) t.ok(names.includes(name), name);
  t.equal(new Set(names).size, names.length);
  t.notOk(names.some((name) => /^fe80/i.test(name)));
});
