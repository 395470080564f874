import { useState } from 'preact/hooks';
import type { OutputItem } from '../../client/wire.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { counted, fullTime, shortId, timeOfDay } from '../format.ts';
import { fileAddress, thumbnailAddress } from '../outputs.ts';
import type { Entry } from './entries.ts';
import { isPlainClick } from './use-address.ts';

interface TileProps {
  readonly entry: Entry;
  readonly href: string;
  readonly onOpen: () => void;
}

/** One run in the gallery. */
export function Tile({ entry, href, onOpen }: TileProps) {
  const { title, status, queuedAt, cover, outputCount } = entry;
  return (
    <a
      class="tile"
      href={href}
      data-run={entry.id}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        onOpen();
      }}
    >
      <span class="tile-picture">
        {cover === null ? <span class="hint">{entry.error ?? 'No files'}</span> : <Cover item={cover} />}
        {outputCount > 1 && <span class="tile-count">{counted(outputCount, 'file')}</span>}
      </span>
      <span class="tile-title">{title === '' ? `Run ${shortId(entry.id)}` : title}</span>
      <span class="tile-facts hint">
        {status !== 'completed' && <StatusBadge status={status} />}
        <time dateTime={queuedAt} title={fullTime(queuedAt)}>
          {timeOfDay(queuedAt)}
        </time>
      </span>
    </a>
  );
}

function Cover({ item }: { readonly item: OutputItem }) {
  const [isGone, setGone] = useState(false);
  if (isGone) return <span class="hint">The file is not there any more</span>;
  switch (item.media) {
    case 'image':
      return (
        <img
          src={thumbnailAddress(item)}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setGone(true)}
        />
      );
    case 'video':
      return (
        <>
          {/* Its first frame, without a sound: nothing but that is loaded. */}
          <video
            src={fileAddress(item)}
            preload="metadata"
            muted
            tabIndex={-1}
            onError={() => setGone(true)}
          />
          <span class="tile-kind">Video</span>
        </>
      );
    case 'audio':
      return <span class="tile-symbol">♪ Audio</span>;
    case 'file':
      return <span class="tile-symbol">{item.filename}</span>;
  }
}
