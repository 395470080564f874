import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import { document } from './document.ts';
import { markup } from './markup.ts';

/** GET /home: the live run, the list of runs, and a field to start one. Everything in it is drawn by web/home.tsx. */
export function homePage(context: Context): Reply {
  return document(
    context,
    'home.tsx',
    'ComfyUI Studio',
    markup`<div id="app"></div>
<noscript><p class="warning">Runs are watched live here, and that needs JavaScript.</p></noscript>`,
  );
}
