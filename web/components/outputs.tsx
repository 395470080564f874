import type { NodeOutput } from '../../client/wire.ts';
import { pathOf } from '../outputs.ts';

/** What a run has made, by file name. */
export function Outputs({ outputs }: { readonly outputs: readonly NodeOutput[] }) {
  const items = outputs.flatMap((output) => output.items);
  if (items.length === 0) return null;
  return (
    <ul class="outputs" aria-label="Outputs">
      {items.map((item) => (
        <li key={pathOf(item)} class={item.media} title={`${item.media} in the folder ${item.type}`}>
          {pathOf(item)}
        </li>
      ))}
    </ul>
  );
}
