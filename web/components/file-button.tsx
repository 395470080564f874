import { useRef } from 'preact/hooks';

/** Lets the user choose a file. A real button in front, since a file input cannot be styled. */
export function FileButton({ onFile }: { readonly onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);

  function chosen(): void {
    const file = input.current?.files?.[0];
    if (file !== undefined) onFile(file);
    // So that the same file, changed meanwhile, can be chosen again.
    if (input.current !== null) input.current.value = '';
  }

  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".json,application/json,image/png,image/webp"
        hidden
        aria-label="Workflow file"
        onChange={chosen}
      />
      <button type="button" class="quiet" onClick={() => input.current?.click()}>
        Open a file
      </button>
    </>
  );
}
