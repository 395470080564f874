import { amber, type Check, green, red } from './facts.ts';
import { compareVersions, KNOWN_TROUBLE, NODE_END_OF_LIFE } from './known-trouble.ts';

export const managerLevel: Check = ({ manager: { level } }) =>
  level === 'weak'
    ? red(
        'ComfyUI Manager is held to "weak": whoever has a session can install any code',
        'PUT /api/admin/manager/security-level {"level": "normal"} when the install is done.',
      )
    : green(`ComfyUI Manager is held to "${level}"`);

export const managerConfig: Check = ({ manager: { level, config } }) => {
  if (config === null) return null;
  return config.agrees
    ? green(`Manager's own config.ini says "${level}" too`)
    : amber(
        `${config.path} says another level than "${level}"`,
        'Set the level again, or restart Studio: it is written there then. Studio holds Manager to its own level all the same.',
      );
};

/** What it leaves open is in its source: https://github.com/liusida/ComfyUI-Login/blob/main/password.py */
export const comfyuiLogin: Check = ({ comfyuiLogin: login }) => {
  if (login === null) return null;
  if (!login.present) return green('ComfyUI-Login is not installed, and with Studio in front not needed');
  const open =
    'it lets every path that ends in .js or .css through, takes its token from the URL, prints that token at each start, and limits no guessing';
  return login.passwordSet
    ? amber(
        `ComfyUI-Login is installed: ${open}`,
        'Do not count on it. Studio is the lock: keep ComfyUI on 127.0.0.1 and remove it.',
      )
    : red(
        `ComfyUI-Login is installed and has no password yet: the first who comes sets it; ${open}`,
        'Remove it from custom_nodes, or set its password now.',
      );
};

export const tokens: Check = ({ tokens: known }) => {
  const set = Object.keys(known).filter((name) => known[name] === true);
  return green(
    set.length === 0 ? 'No token of another service is set' : `Set, and shown nowhere: ${set.join(', ')}`,
  );
};

export const nodeVersion: Check = ({ versions: { node }, now }) => {
  const line = Number(/^v?(\d+)\./.exec(node)?.[1]);
  const end = NODE_END_OF_LIFE[line];
  if (end === undefined) return green(`Node.js ${node}`);
  return now > Date.parse(end)
    ? amber(
        `Node.js ${node} has had no security fixes since ${end}`,
        'Use a newer line: https://github.com/nodejs/Release#release-schedule',
      )
    : green(`Node.js ${node} gets security fixes until ${end}`);
};

export const comfyuiVersion: Check = ({ versions }) => versionOf('ComfyUI', versions.comfyui);
export const managerVersion: Check = ({ versions }) => versionOf('ComfyUI Manager', versions.manager);

function versionOf(product: (typeof KNOWN_TROUBLE)[number]['product'], version: string | null) {
  if (version === null) return null;
  const trouble = KNOWN_TROUBLE.find(
    (row) =>
      row.product === product &&
      compareVersions(version, row.fixedIn) < 0 &&
      (row.from === '' || compareVersions(version, row.from) >= 0),
  );
  return trouble === undefined
    ? green(`${product} ${version} has no trouble that this Studio knows of`)
    : amber(
        `${product} ${version}: ${trouble.what}`,
        `Update to ${trouble.fixedIn} or later. See ${trouble.source}`,
      );
}
