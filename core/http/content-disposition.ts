/**
 * The value of Content-Disposition for a file name from elsewhere (RFC 6266): in ASCII for old clients, and exactly
 * (RFC 8187) where that is not the same. A folder in the name, and what a file system or a header may trip over, is left out.
 */
export function contentDisposition(kind: 'inline' | 'attachment', filename: string): string {
  const name = filename
    .replace(/^.*[/\\]/s, '')
    .replace(/\p{Cc}|\p{Cs}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '');
  if (name === '' || name === '.' || name === '..') return kind;
  const ascii = name.replace(/[^\x20-\x7e]|["%]/g, '_');
  const plain = `${kind}; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtended(name)}`;
}

/** RFC 8187, 3.2.1: attr-char stays, all else is percent-encoded. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
