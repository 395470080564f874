import { unquote } from './manager-path.ts';

/** Folders that hold Manager's config.ini, and their short names on Windows' file systems. */
const MANAGERS_OWN = /^(?:comfyui-manager|__manager|comfyu~\d+|__mana~\d+)$/;

/** ComfyUI decodes a name twice; a proxy in front of it might once more. */
const DECODINGS = 3;

/**
 * Whether a userdata name (`{file}`, or `{file}/move/{dest}`, percent-decoded once) leads into a folder of Manager's,
 * however it is spelled: a write there can rewrite Manager's configuration.
 */
export function reachesManager(name: string): boolean {
  let decoded = name;
  for (let round = 0; round <= DECODINGS; round += 1) {
    if (decoded.split(/[/\\]/).some((part) => MANAGERS_OWN.test(folded(part)))) return true;
    const next = unquote(decoded);
    if (next === decoded) return false;
    decoded = next;
  }
  return false;
}

/** A name as the most forgiving file system takes it: no case, no invisible characters, no stream, no dots at the end. */
function folded(name: string): string {
  const visible = name.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return (visible.split(':', 1)[0] ?? '').replace(/[. ]+$/, '').toLowerCase();
}
