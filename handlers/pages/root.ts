import { type Reply, redirect } from '../../core/http/reply.ts';

const TO_HOME = redirect('/home');

/** GET /: to /home. */
export function root(): Reply {
  return TO_HOME;
}
