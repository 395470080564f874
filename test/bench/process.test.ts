import t from 'tap';
import { cpuMicroseconds, forgetPeak, peakMegabytes, residentMegabytes } from '../../bench/process.ts';

t.test('a process is seen to work, and to hold memory', async (t) => {
  const before = cpuMicroseconds(process.pid);
  const used = process.cpuUsage();
  while (process.cpuUsage(used).user < 50_000) JSON.stringify(process.versions);
  const counted = cpuMicroseconds(process.pid) - before;
  t.ok(counted >= 45_000, `at least what the process itself counts: ${counted}`);

  const held = residentMegabytes(process.pid);
  t.ok(held > 1 && held < 100_000, `${held} MB`);
  t.ok(peakMegabytes(process.pid) >= held - 1);
});

t.test('a peak that was forgotten begins with what is held, and sees what comes', async (t) => {
  forgetPeak(process.pid);
  const before = peakMegabytes(process.pid);
  const block = Buffer.alloc(64 * 1024 * 1024, 1);
  t.ok(peakMegabytes(process.pid) > before + 50, `${block.length} bytes more`);
});
