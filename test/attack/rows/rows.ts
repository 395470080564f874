import type { Row } from '../row.ts';
import { believed } from './believed.ts';
import { bodies } from './bodies.ts';
import { framing } from './framing.ts';
import { gateSockets } from './gate-sockets.ts';
import { hostsAndMethods } from './hosts-and-methods.ts';
import { json } from './json.ts';
import { login } from './login.ts';
import { origins } from './origins.ts';
import { passedOn } from './passed-on.ts';
import { sessions } from './sessions.ts';
import { targets } from './targets.ts';

/**
 * Every row of the specification's table of hostile requests, and its neighbours. What ComfyUI gets to see of a request that
 * is passed on is in passed-on.test.ts.
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
  'what is not passed on': passedOn,
  'handshakes that would go on to ComfyUI': gateSockets,
};
