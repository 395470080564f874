/** What a browser does with a file of this type if it is opened by itself, and what that may cost. */
const SAFE = /^(?:image|video|audio)\/[a-z0-9][a-z0-9.+-]*$/;

/**
 * Whether a Content-Type is that of a picture, a film or a sound, which run nothing. SVG is a document with scripts in it,
 * and so is whatever else is XML.
 */
export function isMedia(contentType: string): boolean {
  // Browsers part it at commas as they do header lines, and take the last one that is a type (Fetch, 2.2.2).
  if (contentType.includes(',')) return false;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return SAFE.test(type) && !type.endsWith('xml');
}
