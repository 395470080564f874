import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import { document } from './document.ts';
import { markup } from './markup.ts';

/** A page that its script in web/ draws, with a word for those without scripts. */
export function appPage(context: Context, source: string, title: string): Reply {
  return document(
    context,
    source,
    title,
    markup`<div id="app"></div>
<noscript><p class="warning">This page needs JavaScript.</p></noscript>`,
  );
}
