import type { EventLog } from '../events/event-log.ts';
import type { Log } from '../log.ts';
import { StartupError } from '../startup-error.ts';
import { type Certificate, type PairFiles, readPair } from './certificate.ts';
import { ensureOwnPair } from './own-certificate.ts';
import { filesOf, type TlsSource } from './source.ts';
import { dateTrouble, dayOf, isValidAt } from './validity.ts';
import { watchPair } from './watched-pair.ts';

export interface TlsState {
  readonly kind: TlsSource['kind'];
  /** The one in use. */
  readonly certificate: Certificate;
  /** Why what lies in the files now is not in use; null: it is. A sentence without its full stop. */
  readonly refused: string | null;
}

/** The certificate of a Studio that runs, and its coming to be another. */
export interface Tls {
  readonly files: PairFiles;
  readonly state: TlsState;
  /**
   * From now on a new pair is looked for, and `use` called for each one that was found good: new connections are to get it.
   * When that throws, the pair counts as refused. News go to the log and the events.
   */
  follow(use: () => void, events: Pick<EventLog, 'append'>): void;
  /** Looks now, whatever the files' dates say. */
  look(): void;
  stop(): void;
}

export interface TlsOptions {
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** How often the files are looked at, in ms; default 2000. */
  readonly intervalMs?: number;
  /** How often it is asked whether Studio's own is to be renewed, in ms; default an hour. */
  readonly renewalMs?: number;
}

const INTERVAL_MS = 2000;
const RENEWAL_MS = 3_600_000;

/** Reads the pair, or makes it. Throws StartupError when it cannot be used. */
export function openTls(source: TlsSource, studioDir: string, options: TlsOptions): Tls {
  const { log, intervalMs = INTERVAL_MS, renewalMs = RENEWAL_MS } = options;
  const files = filesOf(source, studioDir);
  const renew = (): void => {
    if (source.kind === 'self-signed') ensureOwnPair(studioDir, Date.now(), (message) => log.warn(message));
  };
  let certificate = firstPair(source, files, renew);
  let refused: string | null = null;
  let use: () => void = () => {};
  let append: EventLog['append'] = () => {};
  let stopWatching = (): void => {};
  let toldOfEnd = '';
  tellEnd();

  function look(): void {
    try {
      const next = readPair(files);
      if (next.identity === certificate.identity) return backToTheOld();
      const now = Date.now();
      if (!isValidAt(next, now) && isValidAt(certificate, now))
        throw new Error(`that in ${files.certificate} ${dateTrouble(next, now)?.words}`);
      use();
      certificate = next;
      refused = null;
      tellNew();
    } catch (error) {
      tellRefused(error instanceof Error ? error.message : String(error));
    }
  }

  function backToTheOld(): void {
    if (refused === null) return;
    refused = null;
    log.info(`${files.certificate} holds the certificate that is in use again`);
  }

  function tellNew(): void {
    const { fingerprint, expiresAt } = certificate;
    const message = `The certificate for https is a new one, which ends on ${dayOf(expiresAt)}`;
    log.info(`${message}; SHA-256 ${fingerprint}`);
    const data = { fingerprint, expires_at: new Date(expiresAt).toISOString() };
    append({ type: 'certificate.changed', severity: 'success', message, data });
    tellEnd();
  }

  function tellRefused(reason: string): void {
    if (reason === refused) return;
    refused = reason;
    const message = `The new certificate for https cannot be used, and the old one stays in use: ${reason}`;
    log.error(message);
    append({ type: 'certificate.refused', severity: 'error', message, data: { reason } });
  }

  /** Once for each certificate and each state that it comes to. */
  function tellEnd(): void {
    const trouble = dateTrouble(certificate, Date.now());
    const state = `${certificate.fingerprint} ${trouble?.state}`;
    if (trouble !== null && state !== toldOfEnd)
      log.warn(`The certificate for https ${trouble.words}: ${files.certificate}`);
    toldOfEnd = state;
  }

  const renewals = setInterval(() => {
    try {
      renew();
    } catch (error) {
      log.error({ err: error }, "Studio's own certificate could not be renewed");
    }
    tellEnd();
  }, renewalMs).unref();

  return {
    files,
    get state() {
      return { kind: source.kind, certificate, refused };
    },
    follow(onNew, events) {
      use = onNew;
      append = events.append;
      stopWatching = watchPair(files, look, intervalMs);
      // It may have been changed since it was read.
      look();
    },
    look,
    stop() {
      clearInterval(renewals);
      stopWatching();
    },
  };
}

function firstPair(source: TlsSource, files: PairFiles, renew: () => void): Certificate {
  try {
    renew();
    return readPair(files);
  } catch (error) {
    const variables = source.kind === 'files' ? 'STUDIO_TLS_CERT, STUDIO_TLS_KEY' : 'STUDIO_TLS';
    throw new StartupError(`${variables}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
