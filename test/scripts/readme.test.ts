import { readFileSync } from 'node:fs';
import t from 'tap';
import { VARIABLES } from '../../core/config/variables.ts';
import { policyTable } from '../../scripts/policy-table.ts';
import { withGeneratedParts } from '../../scripts/readme.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

t.test('the README’s policy table is the one that the gate decides by: else run npm run docs', async (t) => {
  t.equal(README, withGeneratedParts(README));
  t.ok(README.includes(policyTable()));
});

t.test('a table that disagrees is seen, and a README without a place for it is refused', async (t) => {
  const other = README.replace(
    '| `manager/reboot` | restart ComfyUI | refused |',
    '| `manager/reboot` | restart ComfyUI | allowed |',
  );
  t.not(other, README, 'there is such a row');
  t.equal(withGeneratedParts(other), README);
  t.throws(() => withGeneratedParts('# Studio\n'), /no place for it: <!-- manager-policy/);
});

t.test('the README lists every variable of the configuration, and no other', async (t) => {
  const table = README.slice(README.indexOf('## Configuration'), README.indexOf('## The API'));
  const listed = [...table.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  t.same(listed.sort(), Object.keys(VARIABLES).sort());
});
