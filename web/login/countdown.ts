import type { FormParts } from './form.ts';

/** The wait that a refused form post came back with, in seconds; 0 when there is none. */
export function secondsToWait(search: string): number {
  const query = new URLSearchParams(search);
  const wait = query.get('error') === 'throttled' ? Number(query.get('wait')) : 0;
  return Number.isInteger(wait) && wait > 0 && wait < 10_000 ? wait : 0;
}

/** Keeps the button off for so many seconds. The rest of the wait is on the button: an alert would be read out each second. */
export function wait({ key, submit, error }: FormParts, seconds: number): void {
  if (seconds <= 0) return;
  const end = Date.now() + seconds * 1000;
  submit.disabled = true;
  error.textContent = 'Too many wrong keys from your address. You can try again when the wait below is over.';
  const timer = setInterval(tick, 250);
  tick();

  function tick(): void {
    const left = Math.ceil((end - Date.now()) / 1000);
    submit.textContent = `Wait ${inMinutes(left)}`;
    if (left > 0) return;
    clearInterval(timer);
    submit.disabled = false;
    submit.textContent = 'Log in';
    error.textContent = '';
    key.focus();
  }
}

function inMinutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
