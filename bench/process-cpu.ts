import { readdirSync, readFileSync } from 'node:fs';

/** CPU time that a process has used so far, all threads, in microseconds (Linux: the scheduler's own count). */
export function cpuMicroseconds(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, part) => sum + part, 0) / 1000;
}
