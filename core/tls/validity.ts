import type { Certificate } from './certificate.ts';

type Dates = Pick<Certificate, 'validFrom' | 'expiresAt'>;

export interface DateTrouble {
  /** `near`: it can be used, and not for much longer. */
  readonly state: 'near' | 'invalid';
  /** The end of a sentence that begins with "The certificate". */
  readonly words: string;
}

const DAY_MS = 24 * 3_600_000;

/** With fewer days than this to go: by then whatever renews it should have done so. */
const NEAR_END_DAYS = 14;

/** What there is to say of a certificate's dates at the moment `now` (Unix ms); null: nothing. */
export function dateTrouble({ validFrom, expiresAt }: Dates, now: number): DateTrouble | null {
  if (now >= expiresAt) return { state: 'invalid', words: `has ended on ${dayOf(expiresAt)}` };
  if (now < validFrom) return { state: 'invalid', words: `is not valid before ${dayOf(validFrom)}` };
  const days = Math.floor((expiresAt - now) / DAY_MS);
  if (days >= NEAR_END_DAYS) return null;
  return { state: 'near', words: `ends on ${dayOf(expiresAt)}, in ${days} ${days === 1 ? 'day' : 'days'}` };
}

export function isValidAt(certificate: Dates, now: number): boolean {
  return dateTrouble(certificate, now)?.state !== 'invalid';
}

/** In UTC, such as 2027-01-31. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
