import type { Context } from '../../core/context.ts';
import { html, type Reply } from '../../core/http/reply.ts';
import { type Markup, markup } from './markup.ts';

/** Scripts, styles, pictures, sound and connections from this origin only; previews are blobs; nobody may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A whole page: `source` names its script in web/, which brings its style sheets. */
export function document(context: Context, source: string, title: string, body: Markup): Reply {
  const { script, styles } = context.assets.page(source);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
${styles.map((style) => markup`<link rel="stylesheet" href="/static/${style}">`)}
<script type="module" src="/static/${script}"></script>
</head>
<body>
${body}
</body>
</html>
`;
  return html(page.text, POLICY);
}
