import { createHash } from 'node:crypto';
import { html, json, type Reply } from '../http/reply.ts';
import type { MaintenanceState } from '../maintenance.ts';

const DETAIL = 'System is updating, please wait...';
const HEADERS = Object.freeze({ 'Retry-After': '3' });

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-content: center; text-align: center; }
p { opacity: .7; max-width: 40rem; overflow-wrap: anywhere; }`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'`;

interface Replies {
  readonly api: Reply;
  readonly page: Reply;
}

const PLAIN = replies(null);

// Everybody gets the same for as long as it is on, so it is built once.
const built = new WeakMap<MaintenanceState, Replies>();

/**
 * What everybody gets while Studio is being worked on: 503, to try again in 3 seconds; a page, or JSON for an API. The
 * owner's own words, where there are some, are shown to everybody.
 */
export function maintenanceReply(isApi: boolean, state: MaintenanceState | null): Reply {
  const { api, page } = state === null || state.message === null ? PLAIN : repliesOf(state);
  return isApi ? api : page;
}

function repliesOf(state: MaintenanceState): Replies {
  let known = built.get(state);
  if (known === undefined) {
    known = replies(state.message);
    built.set(state, known);
  }
  return known;
}

function replies(message: string | null): Replies {
  const body = message === null ? { detail: DETAIL } : { detail: DETAIL, message };
  return { api: json(body, 503, HEADERS), page: html(page(message), POLICY, 503, HEADERS) };
}

// Self-contained: while Studio is being worked on, nothing else of it answers.
function page(message: string | null): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>Updating... · ComfyUI Studio</title>
<style>${STYLE}</style>
<h1>Updating...</h1>
${message === null ? '' : `<p>${escaped(message)}</p>\n`}<p>ComfyUI Studio will be back in a moment. This page looks again every 3 seconds.</p>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
