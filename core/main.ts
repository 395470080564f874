import { ownPortRoutes } from '../handlers/comfyui/own-port.ts';
import { routes } from '../handlers/routes.ts';
import { helpText, loadConfig } from './config.ts';
import { createLog } from './log.ts';
import { StartupError } from './startup-error.ts';
import { startStudio } from './studio.ts';

/** Pending answers get this long after a stop signal; supervisors kill after 10 s. */
const GRACE_MS = 8000;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(helpText());
} else {
  await serve().catch((error: unknown) => {
    process.stderr.write(`${error instanceof StartupError ? error.message : String(error)}\n`);
    process.exit(error instanceof StartupError ? error.exitCode : 1);
  });
}

async function serve(): Promise<void> {
  const config = loadConfig(process.env);
  const studio = await startStudio({
    config,
    routes,
    comfyuiRoutes: ownPortRoutes(routes),
    createLog: (secrets) => createLog({ level: config.logLevel, secrets }),
  });
  const { log } = studio.context;
  log.info(
    `ComfyUI Studio serves on http://${config.host}:${studio.port}; the key to log in with: ${studio.keySource}`,
  );
  if (studio.comfyuiPort !== null)
    log.info(`ComfyUI alone, behind the same login: http://${config.host}:${studio.comfyuiPort}`);

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal means it: no more waiting.
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: stopping`);
    studio.close(GRACE_MS).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // To a program on a terminal it says that the terminal is gone; to any other, by custom, to read its files again.
  if (!process.stdin.isTTY) process.on('SIGHUP', () => void studio.context.rotation.reload());
}
