/** Whether the browser will drop a Secure cookie here: http, and not from this machine. */
export function isPlainHttp({ protocol, hostname }: Pick<Location, 'protocol' | 'hostname'>): boolean {
  return protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
