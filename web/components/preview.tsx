import { useEffect, useRef, useState } from 'preact/hooks';
import type { Preview as PreviewImage } from '../../client/message.ts';
import type { OutputItem } from '../../client/wire.ts';
import { pathOf } from '../outputs.ts';
import { Media } from './media.tsx';

interface PreviewProps {
  readonly preview: PreviewImage | null;
  /** What the run has made, once it is over. */
  readonly result: OutputItem | null;
  readonly hint: string;
}

/** The latest preview, and at last the result, in a box that stays as large as it is whatever comes. */
export function Preview({ preview, result, hint }: PreviewProps) {
  const element = useRef<HTMLImageElement>(null);
  const [shown, setShown] = useState<OutputItem | null>(null);
  useEffect(() => {
    if (preview === null || element.current === null) return;
    const url = URL.createObjectURL(new Blob([preview.image], { type: preview.mime }));
    element.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [preview]);
  return (
    <div class="preview">
      {preview === null
        ? result === null && <p>{hint}</p>
        : // The last preview stands in for the result until that has come.
          (result === null || shown !== result) && <img ref={element} alt="Preview of the run" />}
      {result !== null && (
        <div class="result">
          <Media
            key={pathOf(result)}
            item={result}
            alt={`Result: ${pathOf(result)}`}
            onShown={() => setShown(result)}
          />
        </div>
      )}
    </div>
  );
}
