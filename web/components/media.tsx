import { useState } from 'preact/hooks';
import type { OutputItem } from '../../client/wire.ts';
import { fileAddress, pathOf } from '../outputs.ts';

interface MediaProps {
  readonly item: OutputItem;
  /** What it is a picture of, for those who do not see it. */
  readonly alt: string;
  readonly onShown?: () => void;
}

/** A file that a run has made, as large as its box: looked at, played, or named. */
export function Media({ item, alt, onShown }: MediaProps) {
  const [isGone, setGone] = useState(false);
  const address = fileAddress(item);
  if (isGone)
    return (
      <p class="hint">
        {pathOf(item)} cannot be shown: it is not in ComfyUI’s folder any more, ComfyUI is away, or this
        browser does not know its format.
      </p>
    );
  switch (item.media) {
    case 'image':
      return (
        <a class="media" href={address} target="_blank" rel="noopener" title="Open the whole picture">
          <img src={address} alt={alt} onLoad={onShown} onError={() => setGone(true)} />
        </a>
      );
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: what was made just now has no captions.
        <video
          class="media"
          src={address}
          aria-label={alt}
          controls
          loop
          preload="metadata"
          onLoadedData={onShown}
          onError={() => setGone(true)}
        />
      );
    case 'audio':
      return (
        // biome-ignore lint/a11y/useMediaCaption: what was made just now has no captions.
        <audio
          class="media"
          src={address}
          aria-label={alt}
          controls
          preload="metadata"
          onError={() => setGone(true)}
        />
      );
    case 'file':
      return (
        <a class="media" href={address} download={item.filename}>
          {pathOf(item)}
        </a>
      );
  }
}
