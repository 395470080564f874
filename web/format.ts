/** `4.2 s`, `1 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(seconds, 0).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${twoDigits(Math.floor((whole % 3600) / 60))} min`;
}

/** As samplers tell it: `2.35 it/s`, or `1.80 s/it` when a step takes longer than a second. */
export function rate(stepsPerSecond: number): string {
  return stepsPerSecond >= 1
    ? `${stepsPerSecond.toFixed(2)} it/s`
    : `${(1 / stepsPerSecond).toFixed(2)} s/it`;
}

/** Seconds from one ISO time to another, never less than 0. */
export function secondsBetween(from: string, to: string | number): number {
  return Math.max((new Date(to).getTime() - new Date(from).getTime()) / 1000, 0);
}

/** The time of day here; with the date when it was not today. */
export function timeOfDay(iso: string): string {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday
    ? at.toLocaleTimeString([], { timeStyle: 'short' })
    : at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

/** Date and time here, to the second. */
export function fullTime(iso: string): string {
  return new Date(iso).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Enough of a run's id to tell it from the others at hand. */
export function shortId(promptId: string): string {
  return promptId.slice(0, 8);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
