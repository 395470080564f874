import type { Row } from '../row.ts';
import { believed } from './believed.ts';
import { bodies } from './bodies.ts';
import { framing } from './framing.ts';
import { gateSockets } from './gate-sockets.ts';
import { hostsAndMethods } from './hosts-and-methods.ts';
import { json } from './json.ts';
import { login } from './login.ts';
import { origins } from './origins.ts';
import { sessions } from './sessions.ts';
import { targets } from './targets.ts';

/**
 * Every row of the specification's table of hostile requests, and its neighbours. What comes through /comfyui, and what
 * the Manager is asked, is not here: Studio does not pass requests on yet.
 */
export const TABLE: Readonly<Record<string, readonly Row[]>> = {
  targets,
  'headers that are not believed': believed,
  framing,
  'Host and methods': hostsAndMethods,
  bodies,
  'bodies in JSON': json,
  sessions,
  'login and what comes after it': login,
  'origins and handshakes': origins,
  'handshakes that would go on to ComfyUI': gateSockets,
};
