import { useEffect, useState } from 'preact/hooks';

/** Takes a file or a text that is dropped anywhere on the page. */
export function DropTarget({ onText }: { readonly onText: (text: string) => void }) {
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    function over(event: DragEvent): void {
      // Without this the browser would open the file in place of the page.
      event.preventDefault();
      setOver(true);
    }
    function leave(event: DragEvent): void {
      // Elements inside are left all the time; the window itself only for nothing.
      if (event.relatedTarget === null) setOver(false);
    }
    async function drop(event: DragEvent): Promise<void> {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      const text = file === undefined ? event.dataTransfer?.getData('text/plain') : await file.text();
      if (text !== undefined && text !== '') onText(text);
    }
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onText]);

  if (!isOver) return null;
  return (
    <div class="drop-target" aria-hidden="true">
      <p>Drop the workflow here</p>
    </div>
  );
}
