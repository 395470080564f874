import { managerPath, unquote } from './manager-path.ts';
import { type Condition, type Deed, NAMESPACE, POLICY, type PolicyRow, UNNAMED } from './manager-policy.ts';
import { reachesManager } from './manager-userdata.ts';

const ROWS = rowsByPath();
const WILDCARDS = POLICY.flatMap((row) =>
  row.paths.filter((path) => path.endsWith('/*')).map((path) => ({ start: path.slice(0, -1), row })),
);

const IN_NAMESPACE = new RegExp(`^(?:${NAMESPACE.join('|')})(?:/|$)`);
const ASSETS_DOWNLOAD = /^assets\/download(?:\/|$)/;
const USERDATA = 'userdata/';

/** Whatever begins like this, or cannot be read at first sight, is looked at closely. All else is ComfyUI's own. */
const NEAR = new RegExp(
  `^(?:/(?:api|v2))*/(?:${NAMESPACE.join('|')}|assets/download|userdata)(?:/|$)|^(?!/)|//|/\\.|[^!-~]|[%#?\\\\]`,
  'i',
);

/**
 * What a call would do with Manager, or with what is as dangerous; null when it is nothing that the policy is about.
 * `path` and `query` raw, as ComfyUI will get them.
 */
export function deedOf(method: string, path: string, query: string): Deed | null {
  if (!NEAR.test(path)) return null;
  const route = managerPath(path);
  if (route === null) return UNNAMED.unclear;
  if (IN_NAMESPACE.test(route)) return rowOf(method, route, query) ?? UNNAMED.unknown;
  if (ASSETS_DOWNLOAD.test(route)) return UNNAMED.assets;
  const writes = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  if (writes && route.startsWith(USERDATA) && reachesManager(route.slice(USERDATA.length)))
    return UNNAMED.userdata;
  return null;
}

/** The row that decides; none for methods that Manager has no routes for. */
function rowOf(method: string, route: string, query: string): PolicyRow | undefined {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return undefined;
  const rows =
    ROWS.get(route) ?? WILDCARDS.filter(({ start }) => isBelow(route, start)).map(({ row }) => row);
  return rows.find(({ when }) => when === undefined || holds(when, method, query));
}

function isBelow(route: string, start: string): boolean {
  return route.startsWith(start) && route.length > start.length;
}

function holds(when: Condition, method: string, query: string): boolean {
  switch (when) {
    case 'POST':
      return method === 'POST';
    case 'GET':
      return method !== 'POST';
    case 'write':
      return method === 'POST' || carriesValue(query);
  }
}

/** Old Pythons divide a query at `;` too. */
function carriesValue(query: string): boolean {
  return query
    .split(/[&;]/)
    .map((pair) => unquote(pair.split('=', 1)[0] ?? '').toLowerCase())
    .some((name) => name === 'value' || name === 'mode');
}

function rowsByPath(): ReadonlyMap<string, readonly PolicyRow[]> {
  const rows = new Map<string, PolicyRow[]>();
  for (const row of POLICY) for (const path of row.paths) rows.set(path, [...(rows.get(path) ?? []), row]);
  return rows;
}
