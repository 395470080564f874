import { readFileSync } from 'node:fs';
import t from 'tap';
import { runCommand } from '../../../core/update/run-command.ts';

const ENV = { PATH: process.env.PATH ?? '' };

function run(script: string, rest: { timeoutMs?: number; graceMs?: number } = {}) {
  let output = '';
  const command = runCommand(['sh', '-c', script], {
    env: ENV,
    timeoutMs: 60_000,
    ...rest,
    onOutput: (bytes) => {
      output += Buffer.from(bytes).toString();
    },
  });
  return { ...command, output: () => output };
}

/** Whether a process runs; one that has ended and that nobody has asked about yet does not. */
function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

t.test('how it ends is told: by itself, by a signal, or not even begun', async (t) => {
  const calm = { timedOut: false, error: null };
  const fine = run('echo out; echo err >&2');
  t.same(await fine.ended, { exitCode: 0, signal: null, ...calm });
  t.same(fine.output().split('\n').sort(), ['', 'err', 'out']);
  t.same(await run('exit 7').ended, { exitCode: 7, signal: null, ...calm });
  t.same(await run('kill -9 $$').ended, { exitCode: null, signal: 'SIGKILL', ...calm });
  const none = runCommand(['/no/such/program'], { env: ENV, timeoutMs: 1000, onOutput: () => {} });
  t.match(await none.ended, { exitCode: null, signal: null, timedOut: false, error: /ENOENT/ });
});

t.test('it gets the environment that it is given, and nothing on its input', async (t) => {
  const command = run('cat; env');
  await command.ended;
  t.match(command.output(), /^PATH=/m);
  t.notMatch(command.output(), /^HOME=/m);
});

t.test(
  'one that hangs is ended with all that it started, also what does not listen to SIGTERM',
  async (t) => {
    const command = run(`(trap '' TERM; while :; do sleep 1; done) & echo $!; wait`, { timeoutMs: 300 });
    t.same(await command.ended, { exitCode: null, signal: 'SIGTERM', timedOut: true, error: null });
    t.equal(runs(Number(command.output())), false);
  },
);

t.test('one that does not listen to SIGTERM itself gets SIGKILL', async (t) => {
  const command = run(`trap '' TERM; while :; do sleep 1; done`, { timeoutMs: 200, graceMs: 100 });
  t.match(await command.ended, { signal: 'SIGKILL', timedOut: true });
});

t.test('what it leaves running when it ends by itself is not touched, nor waited for', async (t) => {
  const command = run('sleep 1000 & echo $!');
  t.match(await command.ended, { exitCode: 0 });
  const pid = Number(command.output());
  t.teardown(() => process.kill(pid, 'SIGKILL'));
  t.equal(runs(pid), true);
});
