import { useEffect, useState } from 'preact/hooks';

/** Takes a file that is dropped anywhere on the page. `onFile` must stay the same function. */
export function DropTarget({ onFile }: { readonly onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    function over(event: DragEvent): void {
      // Text that is dragged belongs to the browser, which drops it into the field.
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      // A field of its own would take it.
      setOver(!event.defaultPrevented);
      // Without this the browser would open the file in place of the page.
      event.preventDefault();
    }
    function leave(event: DragEvent): void {
      // Elements inside are left all the time; the window itself only for nothing.
      if (event.relatedTarget === null) setOver(false);
    }
    function drop(event: DragEvent): void {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      // A field of its own has taken it.
      if (file === undefined || event.defaultPrevented) return;
      event.preventDefault();
      onFile(file);
    }
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onFile]);

  if (!isOver) return null;
  return (
    <div class="drop-target" aria-hidden="true">
      <p>Drop the workflow here, or a picture that carries one</p>
    </div>
  );
}
