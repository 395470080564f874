#!/usr/bin/env node
import type { Commands } from './cli/command.ts';
import { keygen } from './cli/keygen.ts';
import { runCli } from './cli/run-cli.ts';

/** Every subcommand. What only one of them needs is loaded by it: `keygen` needs no server. */
const COMMANDS: Commands = {
  serve: {
    summary: 'Serves; what is done when no command is named',
    async run(args, env) {
      const [{ serve }, { routes }, { ownPortRoutes }] = await Promise.all([
        import('./cli/serve.ts'),
        import('../handlers/routes.ts'),
        import('../handlers/comfyui/own-port.ts'),
      ]);
      return serve({ routes, comfyuiRoutes: ownPortRoutes(routes) }, args, env);
    },
  },
  keygen,
  doctor: {
    summary: 'Whether this pod is safe, and what to do: [--json] [--offline]',
    run: async (args, env) => (await import('./cli/doctor.ts')).doctor(args, env),
  },
  rotate: {
    summary: 'Ends every session, by a new secret',
    run: async (args, env) => (await import('./cli/rotate.ts')).rotate(args, env),
  },
};

process.exit(await runCli(COMMANDS, process.argv.slice(2), process.env));
