import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import { document } from './document.ts';
import { markup } from './markup.ts';

/** GET /history: what all runs have made; with `?run=<prompt_id>` one of them. Everything in it is drawn by web/history.tsx. */
export function historyPage(context: Context): Reply {
  return document(
    context,
    'history.tsx',
    'History · ComfyUI Studio',
    markup`<div id="app"></div>
<noscript><p class="warning">The history is drawn in your browser, and that needs JavaScript.</p></noscript>`,
  );
}
