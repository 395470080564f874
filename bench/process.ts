import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** CPU time that a process has used so far, all threads, in microseconds (Linux: the scheduler's own count). */
export function cpuMicroseconds(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map((task) => Number(readTask(pid, task).split(' ')[0]));
  return nanoseconds.reduce((sum, part) => sum + part, 0) / 1000;
}

/** A thread can end between being listed and being read. */
function readTask(pid: number, task: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8');
  } catch {
    return '0';
  }
}

/** The memory that a process holds now, in MB (VmRSS). */
export function residentMegabytes(pid: number): number {
  return statusMegabytes(pid, 'VmRSS');
}

/** Begins the peak anew with what the process holds now; where that is not allowed the peak stays what it is. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {}
}

/** The most memory that a process has held since its start or since `forgetPeak`, in MB (VmHWM). */
export function peakMegabytes(pid: number): number {
  return statusMegabytes(pid, 'VmHWM');
}

function statusMegabytes(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return Number(kilobytes) / 1024;
}
