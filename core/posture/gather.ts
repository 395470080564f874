import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ChosenKey } from '../auth/choose-key.ts';
import { keyFile } from '../auth/choose-key.ts';
import { SECRET_FILE } from '../auth/secret.ts';
import type { Config } from '../config.ts';
import type { Exposure } from '../exposure.ts';
import { configAgrees } from '../proxy/manager-config.ts';
import type { SecurityLevel } from '../proxy/manager-level.ts';
import { readPair } from '../tls/certificate.ts';
import { filesOf } from '../tls/source.ts';
import type { TlsState } from '../tls/tls.ts';
import { KNOWN_TOKENS } from '../tokens.ts';
import type { TransportSeen } from '../transport-watch.ts';
import type { Facts, FileFacts } from './facts.ts';

export interface Sources {
  readonly config: Config;
  /** Null: there is none yet. */
  readonly key: Pick<ChosenKey, 'source' | 'verdict'> | null;
  readonly managerLevel: SecurityLevel;
  /** What a running Studio has seen; null without one. */
  readonly traffic: { readonly seen: TransportSeen; readonly untrustedProxy: string | null } | null;
  /** Of a running Studio; null without one, or when it speaks plain http. */
  readonly tls: { readonly state: TlsState } | null;
  /** Whether others can reach ComfyUI. */
  readonly exposure: Exposure;
  /** Of a ComfyUI that was asked; null: look into its folder. */
  readonly comfyuiVersion: string | null;
}

/** Looks at the files, the key and the ports. Nothing here judges, and nothing here throws for what is missing. */
export function gatherFacts(sources: Sources): Facts {
  const { config, key, managerLevel, traffic } = sources;
  const { studioDir, comfyuiDir } = config;
  return {
    now: Date.now(),
    uid: process.getuid?.() ?? null,
    key: key === null ? null : { source: key.source, ...key.verdict },
    secret: fileFacts(join(studioDir, SECRET_FILE)),
    keyFile: fileFacts(keyFile(studioDir)),
    database: fileFacts(join(studioDir, 'studio.db')),
    folder: { path: studioDir, writable: isWritable(studioDir), freeBytes: freeBytes(studioDir) },
    comfyuiUrl: config.comfyuiUrl,
    tls: sources.tls?.state ?? tlsFromFiles(config),
    tlsKey: config.tls === null ? null : fileFacts(filesOf(config.tls, studioDir).key),
    exposure: sources.exposure,
    network: {
      loopbackOnly: /^(?:127\.|::1$)/.test(config.host),
      trustsProxies: config.trustedProxies.length > 0,
      seen: traffic?.seen ?? null,
      untrustedProxy: traffic?.untrustedProxy ?? null,
    },
    manager: {
      level: managerLevel,
      config: comfyuiDir === null ? null : configAgrees(comfyuiDir, managerLevel),
    },
    comfyuiLogin: comfyuiDir === null ? null : comfyuiLogin(comfyuiDir),
    tokens: Object.fromEntries(KNOWN_TOKENS.map((name) => [name, (config.given[name] ?? '') !== ''])),
    versions: {
      node: process.versions.node,
      comfyui: sources.comfyuiVersion ?? (comfyuiDir === null ? null : comfyuiVersion(comfyuiDir)),
      manager: comfyuiDir === null ? null : managerVersion(comfyuiDir),
    },
  };
}

/** What a Studio that starts now would answer with. */
function tlsFromFiles({ tls, studioDir }: Config): Facts['tls'] {
  if (tls === null) return null;
  const certificate = attempt(() => readPair(filesOf(tls, studioDir)));
  if (certificate !== null) return { kind: tls.kind, certificate, refused: null };
  // Its own is made by the start.
  return tls.kind === 'files' ? 'unusable' : null;
}

function fileFacts(path: string): FileFacts | null {
  const found = attempt(() => statSync(path));
  return found === null
    ? null
    : { path, mode: found.mode & 0o7777, uid: found.uid, changedAt: found.mtimeMs };
}

function isWritable(folder: string): boolean {
  return attempt(() => accessSync(folder, constants.W_OK | constants.X_OK)) !== null;
}

function freeBytes(folder: string): number | null {
  return attempt(() => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  });
}

function comfyuiLogin(comfyuiDir: string): NonNullable<Facts['comfyuiLogin']> {
  const exists = (...path: string[]) => attempt(() => statSync(join(comfyuiDir, ...path))) !== null;
  return {
    present: exists('custom_nodes', 'ComfyUI-Login') || exists('custom_nodes', 'comfyui-login'),
    passwordSet: exists('login', 'PASSWORD') || exists('PASSWORD'),
  };
}

function comfyuiVersion(comfyuiDir: string): string | null {
  return versionIn(join(comfyuiDir, 'comfyui_version.py'), /^__version__\s*=\s*["']([\w.+-]{1,40})["']/m);
}

function managerVersion(comfyuiDir: string): string | null {
  for (const name of ['ComfyUI-Manager', 'comfyui-manager']) {
    const path = join(comfyuiDir, 'custom_nodes', name, 'pyproject.toml');
    const version = versionIn(path, /^version\s*=\s*["']([\w.+-]{1,40})["']/m);
    if (version !== null) return version;
  }
  return null;
}

const LARGEST = 64 * 1024;

function versionIn(path: string, pattern: RegExp): string | null {
  return attempt(() => {
    if (statSync(path).size > LARGEST) return null;
    return pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? null;
  });
}

/** What `look` finds; null when there is nothing, or it may not be looked at. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
