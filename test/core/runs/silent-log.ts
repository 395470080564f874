import type { RunsLog } from '../../../core/runs/log.ts';

export const silentLog: RunsLog = { debug() {}, info() {}, warn() {}, error() {} };
