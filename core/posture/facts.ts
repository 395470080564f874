import type { KeyVerdict } from '../auth/key-strength.ts';
import type { Exposure } from '../exposure.ts';
import type { SecurityLevel } from '../proxy/manager-level.ts';
import type { TlsState } from '../tls/tls.ts';
import type { TransportSeen } from '../transport-watch.ts';

/** A file that only Studio's own user should be able to read. */
export interface FileFacts {
  readonly path: string;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  readonly uid: number;
  /** Unix ms. */
  readonly changedAt: number;
}

export interface KeyFacts extends KeyVerdict {
  /** API_KEY or a file's path. */
  readonly source: string;
}

/** All that the checks judge by. What is null is not known, and its check is left out or says so. */
export interface Facts {
  /** Unix ms. */
  readonly now: number;
  /** Of the process; null where there are none. */
  readonly uid: number | null;
  /** Null: there is no usable key yet. */
  readonly key: KeyFacts | null;
  readonly secret: FileFacts | null;
  readonly keyFile: FileFacts | null;
  readonly database: FileFacts | null;
  readonly folder: {
    readonly path: string;
    readonly writable: boolean;
    /** Null where the file system does not say. */
    readonly freeBytes: number | null;
  };
  readonly comfyuiUrl: string;
  /** Null: Studio speaks plain http. 'unusable': there is no certificate to be had. */
  readonly tls: TlsState | 'unusable' | null;
  /** The file with the certificate's key; null: there is none. */
  readonly tlsKey: FileFacts | null;
  readonly exposure: Exposure;
  readonly network: {
    /** Studio listens on this machine only. */
    readonly loopbackOnly: boolean;
    /** TRUSTED_PROXIES names somebody. */
    readonly trustsProxies: boolean;
    /** By a running Studio, since its start. */
    readonly seen: TransportSeen | null;
    /** The block to trust, when a proxy seems to stand in front that is not trusted. */
    readonly untrustedProxy: string | null;
  };
  readonly manager: {
    readonly level: SecurityLevel;
    /** Null: COMFYUI_DIR is not set, or there is no such file. */
    readonly config: { readonly path: string; readonly agrees: boolean } | null;
  };
  /** Null: COMFYUI_DIR is not set. */
  readonly comfyuiLogin: { readonly present: boolean; readonly passwordSet: boolean } | null;
  /** Whether each is set; never what it is. */
  readonly tokens: Readonly<Record<string, boolean>>;
  readonly versions: {
    readonly node: string;
    readonly comfyui: string | null;
    readonly manager: string | null;
  };
}

export type CheckState = 'green' | 'amber' | 'red';

export interface Finding {
  readonly state: CheckState;
  /** One sentence: what is the case. */
  readonly found: string;
  /** What to do about it; '' when there is nothing to do. */
  readonly todo: string;
}

/** Null: it does not apply, or cannot be known here. */
export type Check = (facts: Facts) => Finding | null;

export function green(found: string): Finding {
  return { state: 'green', found, todo: '' };
}

export function amber(found: string, todo: string): Finding {
  return { state: 'amber', found, todo };
}

export function red(found: string, todo: string): Finding {
  return { state: 'red', found, todo };
}
