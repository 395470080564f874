import { amber, type Check, type FileFacts, type Finding, green, red } from './facts.ts';

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** After this long a secret may lie in a backup or two. */
const OLD_SECRET_DAYS = 365;

const NEW_KEY =
  'Make one with "openssl rand -base64 32" and set API_KEY, or write it into STUDIO_DIR/.api_key.';

export const keyStrength: Check = ({ key }) => {
  if (key === null) return null;
  return key.weakness === null
    ? green(`The key from ${key.source} is hard to guess`)
    : red(`The key from ${key.source} ${key.weakness}`, NEW_KEY);
};

export const keyCommon: Check = ({ key }) => {
  if (key === null) return null;
  return key.common
    ? red('The key stands on a list of common passwords, which is what is tried first', NEW_KEY)
    : green('The key stands on no list of common passwords');
};

export const secretFile: Check = ({ secret, uid, now }) => {
  if (secret === null) return null;
  const open = readableByOthers('session secret', secret, uid);
  if (open !== null)
    return { ...open, todo: `${open.todo} Then run "studio rotate": who read it can sign in as anybody.` };
  const days = Math.floor((now - secret.changedAt) / DAY_MS);
  return days > OLD_SECRET_DAYS
    ? amber(`The session secret is ${days} days old`, 'Run "studio rotate": everybody logs in again, once.')
    : green(
        `Only its owner can read the session secret, which is ${days} ${days === 1 ? 'day' : 'days'} old`,
      );
};

export const keyFile: Check = ({ keyFile, uid }) => {
  if (keyFile === null) return null;
  const open = readableByOthers('key file', keyFile, uid);
  return open === null
    ? green('Only its owner can read the key file')
    : { ...open, todo: `${open.todo} Then write a new key into it.` };
};

export const database: Check = ({ database, uid }) =>
  database === null
    ? null
    : (readableByOthers('database', database, uid) ?? green('Only its owner can read the database'));

function readableByOthers(
  name: string,
  { path, mode, uid: owner }: FileFacts,
  uid: number | null,
): Finding | null {
  const octal = (mode & 0o777).toString(8).padStart(3, '0');
  if ((mode & 0o077) !== 0)
    return red(`Others can read or change the ${name} ${path} (mode ${octal})`, `chmod 600 ${path}.`);
  if (uid !== null && uid !== 0 && owner !== uid)
    return amber(
      `The ${name} ${path} belongs to user ${owner}, not to Studio's own`,
      `chown ${uid} ${path}.`,
    );
  return null;
}

export const folder: Check = ({ folder: { path, writable, freeBytes } }) => {
  if (!writable)
    return red(`${path} cannot be written`, 'Let this user write it, or set STUDIO_DIR to another folder.');
  if (freeBytes === null) return green(`${path} can be written`);
  const free =
    freeBytes >= GIB ? `${(freeBytes / GIB).toFixed(1)} GiB` : `${Math.floor(freeBytes / MIB)} MiB`;
  const todo = 'Make room: without any, new runs are refused and events are not kept.';
  if (freeBytes < 100 * MIB) return red(`Only ${free} are left for ${path}`, todo);
  if (freeBytes < GIB) return amber(`Only ${free} are left for ${path}`, todo);
  return green(`${path} can be written, and ${free} are left`);
};
