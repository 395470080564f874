import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { z } from 'zod';

/** Where and when it was measured, for whoever reads the figures later. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Processes that wanted to run, on average over the minute before. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryGigabytes, kernel, node, loadBefore } = machine;
  return `${cpu}, ${cores} cores, ${memoryGigabytes} GB, Linux ${kernel}, Node ${node}, load before ${loadBefore.toFixed(2)}`;
}

/** A warning, or null: with other work on the machine only the ratios mean something. */
export function busyWarning({ loadBefore, cores }: Machine): string | null {
  if (loadBefore < cores / 4) return null;
  return `The machine was busy before the bench began (load ${loadBefore.toFixed(2)} on ${cores} cores): trust the ratios, not the times.`;
}

const Package = z.object({ version: z.string() });

/** The version of the package in `folder`. */
export function packageVersion(folder: string): string {
  return Package.parse(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))).version;
}
