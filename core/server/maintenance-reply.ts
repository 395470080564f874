import { createHash } from 'node:crypto';
import { html, json, type Reply } from '../http/reply.ts';

const DETAIL = 'System is updating, please wait...';
const HEADERS = Object.freeze({ 'Retry-After': '3' });

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-content: center; text-align: center; }
p { opacity: .7; }`;

// Self-contained: while Studio is being worked on, nothing else of it answers.
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Updating... · ComfyUI Studio</title>
<style>${STYLE}</style>
<h1>Updating...</h1>
<p>ComfyUI Studio will be back in a moment. This page looks again every 3 seconds.</p>
</html>
`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

const API_REPLY = json({ detail: DETAIL }, 503, HEADERS);
const PAGE_REPLY = html(
  PAGE,
  `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'`,
  503,
  HEADERS,
);

/** What everybody gets while Studio is being worked on: 503, to try again in 3 seconds; a page, or JSON for an API. */
export function maintenanceReply(isApi: boolean): Reply {
  return isApi ? API_REPLY : PAGE_REPLY;
}
