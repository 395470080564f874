import * as comfyui from './comfyui-checks.ts';
import type { Check, CheckState, Facts, Finding } from './facts.ts';
import * as network from './network-checks.ts';
import * as own from './own-checks.ts';

export interface CheckResult extends Finding {
  readonly id: string;
}

export interface Posture {
  readonly checks: readonly CheckResult[];
  readonly worst: CheckState;
}

/** Every check there is, in the order in which they are told. An id once shipped stays. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'key-strength': own.keyStrength,
  'key-common': own.keyCommon,
  'key-file': own.keyFile,
  'secret-file': own.secretFile,
  database: own.database,
  folder: own.folder,
  'comfyui-port': network.comfyuiPort,
  transport: network.transport,
  certificate: network.certificate,
  'certificate-key': network.certificateKey,
  'secure-cookie': network.secureCookie,
  'manager-level': comfyui.managerLevel,
  'manager-config': comfyui.managerConfig,
  'comfyui-login': comfyui.comfyuiLogin,
  tokens: comfyui.tokens,
  'node-version': comfyui.nodeVersion,
  'comfyui-version': comfyui.comfyuiVersion,
  'manager-version': comfyui.managerVersion,
};

/** Whether this pod is safe, as far as the facts tell. */
export function judgePosture(facts: Facts): Posture {
  const checks = Object.entries(CHECKS).flatMap(([id, check]) => {
    const finding = check(facts);
    return finding === null ? [] : [{ id, ...finding }];
  });
  const has = (state: CheckState) => checks.some((check) => check.state === state);
  return { checks, worst: has('red') ? 'red' : has('amber') ? 'amber' : 'green' };
}
