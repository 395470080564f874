import t from 'tap';
import { VARIABLES } from '../../core/config/variables.ts';
import { loadConfig } from '../../core/config.ts';
import { describeSettings, settingText } from '../../core/settings.ts';
import { KNOWN_TOKENS } from '../../core/tokens.ts';

const all = (given: Record<string, string>) => describeSettings(given).flatMap(({ variables }) => variables);

t.test('every variable that Studio reads has its place, once, and so have the known tokens', async (t) => {
  t.same(
    all({})
      .map(({ name }) => name)
      .sort(),
    [...Object.keys(VARIABLES), ...KNOWN_TOKENS].sort(),
  );
  const others = describeSettings({}).find(({ name }) => name === 'other');
  t.same(others?.variables ?? [], [], 'core/settings.ts names a group for each');
});

t.test('what is no secret is shown as it is set, or with its default', async (t) => {
  const settings = all({ STUDIO_PORT: '9000' });
  t.match(
    settings.find(({ name }) => name === 'STUDIO_PORT'),
    { value: '9000', default: '8000', set: true, sensitive: false },
  );
  t.match(
    settings.find(({ name }) => name === 'STUDIO_HOST'),
    { value: '0.0.0.0', set: false },
  );
});

t.test('of a secret at most the last 4 characters are shown, when it is longer than 12', async (t) => {
  const rows: readonly [string | undefined, string | null, boolean][] = [
    [undefined, null, false],
    ['short', null, true],
    ['123456789012', null, true],
    ['1234567890123', '...0123', true],
  ];
  for (const name of ['API_KEY', 'COMFYUI_AUTHORIZATION', ...KNOWN_TOKENS])
    for (const [text, value, set] of rows) {
      const given: Record<string, string> = text === undefined ? {} : { [name]: text };
      const setting = all(given).find((one) => one.name === name);
      t.match(setting, { value, set, sensitive: true }, `${name} ${text}`);
      if (text !== undefined) t.notOk(JSON.stringify(setting).includes(text));
    }
});

t.test(
  'the text of one: as it is set, null when it is not, undefined when there is no such variable',
  async (t) => {
    const { given } = loadConfig({ HF_TOKEN: ' hf_1234 ', PATH: '/bin', STUDIO_PORT: '' });
    t.same(given, { HF_TOKEN: 'hf_1234' }, 'nothing else of the environment is remembered');
    t.equal(settingText(given, 'HF_TOKEN'), 'hf_1234');
    t.equal(settingText(given, 'STUDIO_PORT'), null);
    for (const name of ['PATH', 'toString', '__proto__', ''])
      t.equal(settingText(given, name), undefined, name);
  },
);
