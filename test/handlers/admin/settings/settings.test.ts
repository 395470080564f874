import t from 'tap';
import { loadConfig } from '../../../../core/config.ts';
import { HttpError } from '../../../../core/http/http-error.ts';
import { settingsEnv } from '../../../../handlers/admin/settings/env.ts';
import { revealSetting } from '../../../../handlers/admin/settings/reveal.ts';
import { KEY, makeContext, makeRequest, NOW } from '../../../support/handler.ts';

const TOKEN = 'hf_0123456789abcdef';
const context = await makeContext({ config: loadConfig({ HF_TOKEN: TOKEN }) });

function reveal(body: unknown) {
  try {
    const caller = { by: 'session', issuedAt: NOW } as const;
    return revealSetting(context, makeRequest({ method: 'POST', caller, body: JSON.stringify(body) }));
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

t.test('GET /api/admin/settings/env shows no secret', async (t) => {
  const { body } = settingsEnv(context);
  t.match(String(body), '"HF_TOKEN"');
  t.notOk(String(body).includes(TOKEN));
});

t.test('POST /api/admin/settings/reveal needs the key itself, and reveals one', async (t) => {
  t.equal(reveal({ name: 'HF_TOKEN' }).status, 403);
  t.equal(reveal({ name: 'HF_TOKEN', api_key: 'wrong' }).status, 401);
  t.match(reveal({ name: 'HF_TOKEN', api_key: KEY }), {
    status: 200,
    body: JSON.stringify({ name: 'HF_TOKEN', value: TOKEN }),
  });
  t.match(reveal({ name: 'API_KEY', api_key: KEY }), {
    body: JSON.stringify({ name: 'API_KEY', value: KEY }),
  });
  t.match(reveal({ name: 'CIVITAI_API_KEY', api_key: KEY }), { body: /null/ });
  t.equal(reveal({ name: 'PATH', api_key: KEY }).status, 404);
  t.equal(reveal({ api_key: KEY }).status, 400);
  const events = await context.events.latest({ types: ['admin.confirmed'] });
  t.ok(events.length > 0, 'and that is on record');
  for (const secret of [TOKEN, KEY]) t.notMatch(JSON.stringify(events), secret);
});
