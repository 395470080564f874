import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  isLowering,
  isStricter,
  SECURITY_LEVELS,
  type SecurityLevel,
  securityLevel,
} from '../../../core/proxy/manager-level.ts';
import { loadLevel, saveLevel } from '../../../core/proxy/manager-level-file.ts';
import { createManagerLevel } from '../../../core/proxy/manager-setting.ts';
import { StartupError } from '../../../core/startup-error.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

/** What loading says, and what it warns of. */
function load(folder: string, initial: SecurityLevel = 'normal') {
  const warnings: string[] = [];
  return { level: loadLevel(folder, initial, (message) => warnings.push(message)), warnings };
}

t.test('strong, normal, weak: each step to the right is a lowering', async (t) => {
  t.same(SECURITY_LEVELS, ['strong', 'normal', 'weak']);
  SECURITY_LEVELS.forEach((old, i) => {
    SECURITY_LEVELS.forEach((next, j) => {
      t.equal(isLowering(old, next), i < j, `${old} to ${next}`);
      t.equal(isStricter(old, next), i < j);
    });
  });
  for (const name of ['Weak', ' weak', '', 'normal-', 'constructor']) t.equal(securityLevel(name), undefined);
});

t.test('the first start keeps its level; from then on only the kept one counts', async (t) => {
  const folder = freshFolder(t);
  t.same(load(folder, 'strong'), { level: 'strong', warnings: [] });
  t.equal(statSync(join(folder, '.manager_level')).mode & 0o777, 0o600);
  t.same(load(folder, 'weak'), { level: 'strong', warnings: [] });
  saveLevel(folder, 'normal');
  t.same(load(folder, 'weak'), { level: 'normal', warnings: [] });
});

t.test('what cannot be read counts as strong, is reported, and stays until a level is set', async (t) => {
  for (const damage of ['', 'Weak', 'weak weak', 'weakish', '{"level":"weak"}']) {
    const folder = freshFolder(t);
    writeFileSync(join(folder, '.manager_level'), damage);
    const { level, warnings } = load(folder, 'weak');
    t.equal(level, 'strong', damage);
    t.match(warnings, [/holds no security level/]);
    t.equal(readFileSync(join(folder, '.manager_level'), 'utf8'), damage);
    createManagerLevel({ studioDir: folder, comfyuiDir: null, level }).set('strong');
    t.same(load(folder, 'weak'), { level: 'strong', warnings: [] }, 'setting even the same level mends it');
  }
});

t.test('a folder that cannot be used stops the start', async (t) => {
  const folder = freshFolder(t);
  t.throws(() => load(join(folder, 'missing')), StartupError);
  mkdirSync(join(folder, '.manager_level'));
  t.throws(() => load(folder), StartupError);
});

t.test('a level that was set is in force at once and after a restart', async (t) => {
  const folder = freshFolder(t);
  const setting = createManagerLevel({ studioDir: folder, comfyuiDir: null, level: load(folder).level });
  t.equal(setting.get(), 'normal');
  t.match(setting.set('weak'), { written: false, reason: /COMFYUI_DIR/ });
  t.equal(setting.get(), 'weak');
  t.equal(load(folder).level, 'weak');
});

t.test('one that cannot be kept is not in force', async (t) => {
  const folder = freshFolder(t);
  const setting = createManagerLevel({ studioDir: folder, comfyuiDir: null, level: 'normal' });
  rmSync(folder, { recursive: true });
  t.throws(() => setting.set('weak'), { code: 'ENOENT' });
  t.equal(setting.get(), 'normal');
});
