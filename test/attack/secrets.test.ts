import t from 'tap';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { startTestStudio } from '../support/studio.ts';

const SECRETS = {
  API_KEY: KEY,
  CIVITAI_API_KEY: 'civitai-0123456789abcdef',
  HF_TOKEN: 'hf_zyxwvutsrqponmlkjihg',
};

t.test('key and tokens stand in no log, no event, no request to ComfyUI and no answer', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { url, context, logged } = await startTestStudio(t, { ...SECRETS, COMFYUI_URL: comfyui.url });
  const answers: string[] = [];
  const ask = async (path: string, init: RequestInit = {}) => {
    const reply = await fetch(url + path, init);
    answers.push(JSON.stringify([...reply.headers]) + (await reply.text()));
    return reply.status;
  };
  const byKey = { headers: { 'X-API-Key': KEY } };
  const paths = [
    'settings/env',
    'system/security',
    'system/status',
    'events',
    'queue',
    'manager/security-level',
  ];
  for (const path of paths) t.equal(await ask(`/api/admin/${path}`, byKey), 200, path);
  // Secrets in every place where a caller can put them.
  for (const secret of Object.values(SECRETS)) {
    const body = JSON.stringify({ api_key: `${secret}x`, name: secret, prompt_ids: secret });
    const headers = { 'X-API-Key': KEY, 'User-Agent': `script/${secret}` };
    for (const path of ['settings/reveal', 'history/delete', 'sessions/rotate'])
      await ask(`/api/admin/${path}`, { method: 'POST', headers, body });
    await ask('/api/auth/login', { method: 'POST', body });
  }
  context.events.append({
    type: 'job.failed',
    severity: 'error',
    message: `no access with ${SECRETS.HF_TOKEN}`,
    data: { error: { lines: [`token=${SECRETS.HF_TOKEN}`] } },
  });
  t.equal(await ask('/comfyui/system_stats', byKey), 200);
  t.equal(await ask('/comfyui/object_info', { headers: { Authorization: `Bearer ${KEY}` } }), 200);
  context.log.error({ err: new Error(`failed with ${SECRETS.HF_TOKEN}`), url: SECRETS.CIVITAI_API_KEY }, KEY);

  const places = {
    'the log': logged.join('\n'),
    'an event': JSON.stringify(await context.events.since(0)),
    'a request to ComfyUI': JSON.stringify(comfyui.requests),
    'an answer': answers.join('\n'),
  };
  t.ok(comfyui.requests.length > 0 && logged.length > 0);
  for (const [place, text] of Object.entries(places))
    for (const [name, secret] of Object.entries(SECRETS))
      t.notOk(text.includes(secret), `${name} in ${place}`);
});
