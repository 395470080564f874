/** Where requests are passed on to. */
export interface Target {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** The value for Host: ComfyUI compares it with Origin and refuses others. */
  readonly authority: string;
  /** What comes before every path; '' or a path without a slash at its end. */
  readonly prefix: string;
  /** The value for Authorization; null sends none of Studio's own. */
  readonly authorization: string | null;
}

/** `url`: COMFYUI_URL as config.ts leaves it. */
export function targetOf(url: string, authorization: string | null = null): Target {
  const { protocol, hostname, port, host, pathname } = new URL(url);
  const tls = protocol === 'https:';
  return {
    tls,
    // Without the brackets of an IPv6 address.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    authority: host,
    prefix: pathname.replace(/\/+$/, ''),
    authorization,
  };
}
