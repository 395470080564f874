import { useRef } from 'preact/hooks';

/** Lets the user choose a file and reads it. A real button in front, since a file input cannot be styled. */
export function FileButton({ onText }: { readonly onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);

  async function read(): Promise<void> {
    const chosen = input.current;
    const file = chosen?.files?.[0];
    if (chosen === null || file === undefined) return;
    onText(await file.text());
    // So that the same file, changed meanwhile, can be chosen again.
    chosen.value = '';
  }

  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Workflow file"
        onChange={read}
      />
      <button type="button" class="quiet" onClick={() => input.current?.click()}>
        Open a file
      </button>
    </>
  );
}
