/** Whether the browser will drop a Secure cookie here: http, and not from this machine. */
export function isPlainHttp(page: { readonly protocol: string; readonly hostname: string }): boolean {
  return page.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(page.hostname);
}
