import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Programs that tests drive, with the Debian package that brings each. */
const TOOLS = [
  { program: '/usr/bin/chromium', debianPackage: 'chromium' },
  { program: '/usr/sbin/nginx', debianPackage: 'nginx' },
];

const missing = TOOLS.filter(({ program }) => !existsSync(program)).map(({ debianPackage }) => debianPackage);

if (missing.length > 0) {
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (isDebianRoot) {
    console.log(`Installing what the tests need: ${missing.join(', ')}`);
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  } else {
    console.log(`Some tests are skipped without: ${missing.join(', ')}`);
    console.log(`On Debian or Ubuntu: sudo apt-get install ${missing.join(' ')}`);
    // In CI a test that is skipped is a test that is missing.
    if (process.env.CI === 'true') process.exit(1);
  }
}

function apt(...args: string[]): void {
  execFileSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
