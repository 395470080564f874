import { z } from 'zod';
import { keyFile, keyInFile } from '../auth/choose-key.ts';
import { judgeKey } from '../auth/judge-key.ts';
import { type Config, loadConfig } from '../config.ts';
import type { Exposure } from '../exposure.ts';
import { listenersOf, watchExposure } from '../exposure-watch.ts';
import type { CheckState } from '../posture/facts.ts';
import { gatherFacts } from '../posture/gather.ts';
import { judgePosture, type Posture } from '../posture/judge.ts';
import { readLevel } from '../proxy/manager-level-file.ts';
import { StartupError } from '../startup-error.ts';
import { addressOf, askRunningStudio } from './running-studio.ts';
import { standardTerminal, type Terminal } from './terminal.ts';

export interface DoctorOptions {
  readonly terminal: Terminal;
  /** Whether ComfyUI can be reached past Studio. */
  readonly probe: (config: Config) => Promise<Exposure>;
}

/**
 * `studio doctor [--json] [--offline]`: whether this pod is safe, by the checks of GET /api/admin/system/security. A Studio
 * that runs on this STUDIO_DIR is asked, since it knows what it has seen; without one, or `--offline`, files, key and ports
 * are looked at from here, and what only a running one knows is left out. Resolves to 0, 1 when a check is red, 64 for an
 * argument that it does not know, 78 for a configuration that will not do.
 */
export async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  options: Partial<DoctorOptions> = {},
): Promise<number> {
  const { terminal = standardTerminal(env), probe = probeExposure } = options;
  const unknown = args.find((arg) => arg !== '--json' && arg !== '--offline');
  if (unknown !== undefined) {
    terminal.write('Usage: studio doctor [--json] [--offline]\n');
    return 64;
  }
  let config: Config;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    terminal.write(`${error.message}\n`);
    return error.exitCode;
  }
  const asked = args.includes('--offline') ? null : await askPosture(config);
  const posture = asked ?? (await lookFromHere(config, probe));
  const where =
    asked === null ? 'looked at from here, no running Studio asked' : `told by ${addressOf(config)}`;
  terminal.write(
    args.includes('--json')
      ? `${JSON.stringify({ ...posture, running: asked !== null })}\n`
      : report(posture, `${config.studioDir}, ${where}`, terminal.colours),
  );
  return posture.worst === 'red' ? 1 : 0;
}

const State = z.enum(['green', 'amber', 'red']);
const Told: z.ZodType<Posture> = z.object({
  checks: z.array(z.object({ id: z.string(), state: State, found: z.string(), todo: z.string() })),
  worst: State,
});

async function askPosture(config: Config): Promise<Posture | null> {
  const answer = await askRunningStudio(config, '/api/admin/system/security');
  return answer?.status === 200 ? (Told.safeParse(answer.body).data ?? null) : null;
}

async function lookFromHere(config: Config, probe: DoctorOptions['probe']): Promise<Posture> {
  const key = config.apiKey ?? keyInFile(config.studioDir);
  const source = config.apiKey === null ? keyFile(config.studioDir) : 'API_KEY';
  const facts = gatherFacts({
    config,
    key: key === null ? null : { source, verdict: await judgeKey(key) },
    managerLevel: readLevel(config.studioDir, config.managerSecurityLevel),
    traffic: null,
    tls: null,
    exposure: await probe(config),
    comfyuiVersion: null,
  });
  return judgePosture(facts);
}

async function probeExposure(config: Config): Promise<Exposure> {
  // The check tells what was found: there is nothing to log.
  const log = { warn() {}, info() {} };
  const watch = watchExposure({ listeners: listenersOf(config), log });
  await watch.look();
  watch.stop();
  return watch.current;
}

/** The worst first, since that is what is to be done. */
const ORDER: readonly CheckState[] = ['red', 'amber', 'green'];
const WORDS: Readonly<Record<CheckState, string>> = { red: 'RED  ', amber: 'AMBER', green: 'ok   ' };
const COLOURS: Readonly<Record<CheckState, number>> = { red: 31, amber: 33, green: 32 };

/** The posture for a person to read. */
export function report({ checks }: Posture, where: string, colours: boolean): string {
  const paint = (state: CheckState, text: string) =>
    colours ? `\u001b[${COLOURS[state]}m${text}\u001b[0m` : text;
  const sorted = ORDER.map((state) => checks.filter((check) => check.state === state));
  const lines = sorted.flat().flatMap(({ id, state, found, todo }) => {
    const line = `  ${paint(state, WORDS[state])}  ${id.padEnd(16)}  ${found}`;
    return todo === '' ? [line] : [line, `${' '.repeat(27)}${todo}`];
  });
  const counts = ORDER.map((state, index) => `${sorted[index]?.length ?? 0} ${state}`).join(', ');
  return `ComfyUI Studio: ${where}\n\n${lines.join('\n')}\n\n${counts}\n`;
}
