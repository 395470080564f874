import type { OutputItem } from '../../client/wire.ts';
import { pathOf, thumbnailAddress } from '../outputs.ts';

interface OutputStripProps {
  readonly items: readonly OutputItem[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** What a run has made, small, to choose what is shown large. Nothing when there is nothing to choose. */
export function OutputStrip({ items, chosen, onChoose }: OutputStripProps) {
  if (items.length < 2) return null;
  return (
    <ul class="strip" aria-label="Files of this run">
      {items.map((item, index) => (
        <li key={`${item.type}/${pathOf(item)}`}>
          <button
            type="button"
            class="quiet"
            aria-pressed={index === chosen}
            aria-label={pathOf(item)}
            title={pathOf(item)}
            onClick={() => onChoose(index)}
          >
            {item.media === 'image' ? (
              <img src={thumbnailAddress(item)} alt="" loading="lazy" decoding="async" />
            ) : (
              <span>{item.media}</span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}
