/** The address that paths such as /api/run are put behind, without a slash at its end. Throws TypeError when it cannot be used. */
export function baseUrlOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new TypeError('url must be an http or https address without a user name, such as http://pod:8000');
  return url.origin + url.pathname.replace(/\/+$/, '');
}
