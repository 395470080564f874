import { z } from 'zod';

const Submitted = z.object({ prompt_id: z.string() });

/** Starts a run of one node, "3", and returns its id. */
export async function submitRun({ port, key }: { port: number; key: string }): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/run`, {
    method: 'POST',
    headers: { 'X-API-Key': key },
    body: JSON.stringify({ prompt: { 3: { class_type: 'KSampler', inputs: {} } } }),
  });
  return Submitted.parse(await reply.json()).prompt_id;
}
