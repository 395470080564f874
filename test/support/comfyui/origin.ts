import type { IncomingHttpHeaders } from 'node:http';

/** ComfyUI's rule against other sites: on a loopback Host the Origin, when there is one, must be the same. */
export function isForeignOrigin(headers: IncomingHttpHeaders): boolean {
  const { host, origin } = headers;
  if (host === undefined || origin === undefined) return false;
  const wanted = split(host.toLowerCase());
  const given = split(/^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(origin)?.[1]?.toLowerCase() ?? '');
  if (!isLoopback(wanted.name) || given.name === '') return false;
  // A port that one side leaves out is not compared.
  if (given.port === undefined || wanted.port === undefined) return given.name !== wanted.name;
  return given.name !== wanted.name || given.port !== wanted.port;
}

function split(authority: string): { name: string; port: string | undefined } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority);
  return { name: match?.[1] ?? '', port: match?.[2] };
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}
