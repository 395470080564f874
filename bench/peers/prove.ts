import { z } from 'zod';
import { cookieOf, forge } from '../log-in.ts';

interface Gate {
  readonly name: string;
  readonly port: number;
  readonly key: string;
  logIn(): Promise<string>;
}

const Session = z.strictObject({
  by: z.literal('session'),
  issued_at: z.int(),
  expires_at: z.int(),
});
const Key = z.strictObject({ by: z.literal('key') });
const Refusal = z.strictObject({ detail: z.literal('Not authenticated') });

/**
 * Proves that a server does the work that it is measured for: it takes a good cookie and gives a new one that holds as well,
 * takes the key, and refuses a forged cookie and none. Throws what it found instead.
 */
export async function proveGate(gate: Gate): Promise<void> {
  const cookie = await gate.logIn();
  const first = await ask(gate, { cookie }, 200, Session);
  const renewed = cookieOf(first);
  if (renewed === '') throw new Error(`${gate.name} does not renew the cookie`);
  await ask(gate, { cookie: renewed }, 200, Session);
  await ask(gate, { 'x-api-key': gate.key }, 200, Key);
  await ask(gate, { 'x-api-key': `${gate.key}x` }, 401, Refusal);
  await ask(gate, { cookie: forge(cookie) }, 401, Refusal);
  await ask(gate, {}, 401, Refusal);
}

async function ask(
  { name, port }: Gate,
  headers: Readonly<Record<string, string>>,
  status: number,
  body: z.ZodType,
): Promise<Response> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/auth/session`, { headers });
  const text = await reply.text();
  const asked = Object.keys(headers)[0] ?? 'nothing';
  if (reply.status !== status)
    throw new Error(`${name} answers ${reply.status}, not ${status}, to ${asked}: ${text}`);
  body.parse(JSON.parse(text));
  return reply;
}
