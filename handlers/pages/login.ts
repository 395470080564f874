import { safeNext } from '../../core/auth/next-path.ts';
import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { document } from './document.ts';
import { markup } from './markup.ts';

/**
 * GET /login: the key, and in. A form that works without a script; with one (web/login.ts) it goes straight on when there is
 * a session already. `?next=` is where to go afterwards; `?error=` is set by a refused form post.
 */
export function loginPage(context: Context, request: Request): Reply {
  const error = errorInWords(request.query.get('error'), request.query.get('wait'));
  return document(
    context,
    'login.ts',
    'Log in · ComfyUI Studio',
    markup`<main class="login">
<img src="/static/icon.svg" alt="" width="48" height="48">
<h1>ComfyUI Studio</h1>
<p class="warning" id="plain-http" role="note" ${!mayDropCookie(request) && 'hidden'}>
<strong>This page came over plain http.</strong> Your browser will drop the login cookie, so logging in cannot work here.
Open Studio over https, or through a tunnel on localhost.</p>
<form method="post" action="/api/auth/login" id="login">
<input type="text" name="username" value="studio" autocomplete="username" hidden>
<input type="hidden" name="next" id="next" value="${safeNext(request.query.get('next'))}">
<label for="api_key">API key</label>
<div class="key">
<input id="api_key" name="api_key" type="password" autocomplete="current-password" required autofocus
 spellcheck="false" autocapitalize="off" autocorrect="off" aria-describedby="error where">
<button type="button" id="reveal" class="quiet" aria-controls="api_key" aria-label="Show the key" hidden>Show</button>
</div>
<p class="error" id="error" role="alert">${error}</p>
<button type="submit" id="log-in">Log in</button>
</form>
<p class="hint" id="where">The key is what you set as <code>API_KEY</code>. If you set none, Studio made one: it is in the
file <code>.api_key</code> in Studio’s folder on the pod.</p>
</main>`,
  );
}

function errorInWords(error: string | null, wait: string | null): string {
  if (error === 'invalid') return 'That is not the key. Check for a missing character or an extra space.';
  if (error !== 'throttled') return '';
  const seconds = /^\d{1,4}$/.test(wait ?? '') ? `${wait} seconds` : 'a while';
  return `Too many wrong keys from your address. Wait ${seconds}, then try again.`;
}

/**
 * Whether this page seems to have come over plain http from another machine, where browsers drop Secure cookies. A browser
 * sends Sec-Fetch-Mode over https and on localhost only, so it tells even when an unknown proxy took TLS off. The script
 * knows for certain and corrects this.
 */
function mayDropCookie(request: Request): boolean {
  if (request.origin.startsWith('https://') || request.header('sec-fetch-mode') !== '') return false;
  return !/^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(request.origin);
}
