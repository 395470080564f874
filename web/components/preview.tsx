import { useEffect, useRef } from 'preact/hooks';
import type { Preview as PreviewImage } from '../../client/message.ts';

interface PreviewProps {
  readonly preview: PreviewImage | null;
  readonly hint: string;
}

/** The latest preview, in a box that stays as large as it is whatever comes. */
export function Preview({ preview, hint }: PreviewProps) {
  const element = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (preview === null || element.current === null) return;
    const url = URL.createObjectURL(new Blob([preview.image], { type: preview.mime }));
    element.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [preview]);
  return (
    <div class="preview">
      {preview === null ? <p>{hint}</p> : <img ref={element} alt="Preview of the run" />}
    </div>
  );
}
