/** A version with known trouble, and who says so. Data: a new advisory is a new row. */
export interface KnownTrouble {
  readonly product: 'ComfyUI' | 'ComfyUI Manager';
  /** From this version on; '' from the first. */
  readonly from: string;
  /** The first that is free of it. */
  readonly fixedIn: string;
  readonly what: string;
  readonly source: string;
}

export const KNOWN_TROUBLE: readonly KnownTrouble[] = [
  {
    product: 'ComfyUI Manager',
    from: '',
    fixedIn: '3.38',
    what: 'CVE-2025-67303: its configuration can be read and rewritten through /userdata',
    source:
      'https://nvd.nist.gov/vuln/detail/CVE-2025-67303, https://github.com/Comfy-Org/ComfyUI-Manager/pull/2338',
  },
  {
    product: 'ComfyUI Manager',
    from: '3.38',
    fixedIn: '3.39.2',
    what: 'CVE-2026-22777: a line break in a setting writes other settings, and so lowers the security level',
    source: 'https://github.com/vulhub/vulhub/pull/754 (3.39.1 is affected)',
  },
  {
    product: 'ComfyUI Manager',
    from: '3.39.2',
    fixedIn: '3.40',
    what: 'pages of other sites can make a browser call it (CSRF)',
    source: 'https://github.com/Comfy-Org/ComfyUI-Manager/pull/2819',
  },
  {
    product: 'ComfyUI Manager',
    from: '4.0',
    fixedIn: '4.0.5',
    what: 'path traversal and CRLF injection in its API',
    source: 'https://github.com/Comfy-Org/ComfyUI/pull/11732',
  },
  {
    product: 'ComfyUI Manager',
    from: '4.0.5',
    fixedIn: '4.2.1',
    what: 'pages of other sites can make a browser call it (CSRF)',
    source:
      'https://github.com/Comfy-Org/ComfyUI-Manager/pull/2818, https://github.com/Comfy-Org/ComfyUI/pull/13516',
  },
  {
    product: 'ComfyUI Manager',
    from: '4.2.1',
    fixedIn: '4.3',
    what: 'HTML and URL injection in its legacy pages',
    source: 'https://github.com/Comfy-Org/ComfyUI/pull/16410',
  },
  {
    product: 'ComfyUI',
    from: '',
    fixedIn: '0.3.76',
    what: "it does not keep /userdata away from Manager's own files (the other half of CVE-2025-67303)",
    source: 'https://github.com/Comfy-Org/ComfyUI-Manager/pull/2338',
  },
];

/** When each line of Node.js gets no more security fixes: https://github.com/nodejs/Release/blob/main/schedule.json */
export const NODE_END_OF_LIFE: Readonly<Record<number, string>> = {
  18: '2025-04-30',
  20: '2026-04-30',
  22: '2027-04-30',
  24: '2028-04-30',
  25: '2026-06-01',
};

/** Compares dotted numbers; what follows them, such as `-rc1`, does not count. Less than 0: `one` is older. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number);
}
