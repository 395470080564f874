import { useEffect, useRef } from 'preact/hooks';

/** The latest preview, in a box that stays as large as it is whatever comes. */
export function Preview({ image, hint }: { readonly image: Blob | null; readonly hint: string }) {
  const element = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (image === null || element.current === null) return;
    const url = URL.createObjectURL(image);
    element.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [image]);
  return (
    <div class="preview">
      {image === null ? <p>{hint}</p> : <img ref={element} alt="Preview of the run" />}
    </div>
  );
}
