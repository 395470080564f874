import { execFile } from 'node:child_process';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type KeyVerdict, verdictOn } from './key-strength.ts';

/** It lies beside this file, in the sources as in the build. */
const PROGRAM = join(import.meta.dirname, `key-judge${extname(import.meta.filename)}`);

/** In ms; it takes half a second. */
const PATIENCE_MS = 60_000;

const Verdict: z.ZodType<KeyVerdict> = z.object({ weakness: z.string().nullable(), common: z.boolean() });

export type JudgeKey = (key: string) => Promise<KeyVerdict>;

const run = promisify(execFile);

/**
 * Looks the key up in the dictionaries, in a process that ends with that: they take 60 MB, and a quarter of a second in which
 * nothing else would be answered. Where no process can be started, it is looked up here all the same.
 */
export async function judgeKey(key: string, program = PROGRAM): Promise<KeyVerdict> {
  try {
    // It needs no environment, and secrets may stand in this one; the key itself stands in no list of processes either.
    const judging = run(process.execPath, [...process.execArgv, program], { env: {}, timeout: PATIENCE_MS });
    judging.child.stdin?.on('error', () => {}).end(key);
    return Verdict.parse(JSON.parse((await judging).stdout));
  } catch {
    return verdictOn(key);
  }
}
