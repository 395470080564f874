import { useEffect, useRef, useState } from 'preact/hooks';
import { viewPath } from '../../client/file-calls.ts';
import { failureOf, studio } from '../studio.ts';
import type { FieldProps } from './field-row.tsx';
import { inputFile, inputName } from './input-file.ts';

/** A picture that ComfyUI works on: what it is now, and a way to bring another one. */
export function ImageField({ field, onChange, attributes }: FieldProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<'idle' | 'uploading' | { readonly failure: string }>('idle');
  const [isMissing, setMissing] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const isUploading = state === 'uploading';
  // An upload takes a while: what was changed in other fields meanwhile must stay, and another workflow is not this one.
  const latest = useRef<FieldProps['onChange'] | null>(null);
  latest.current = onChange;
  useEffect(
    () => () => {
      latest.current = null;
    },
    [],
  );

  async function upload(file: File | undefined): Promise<void> {
    if (file === undefined || isUploading) return;
    setState('uploading');
    try {
      const name = inputName(await studio.uploadImage(file));
      latest.current?.(name);
      setState('idle');
    } catch (error) {
      setState({ failure: failureOf(error).detail });
    }
  }

  return (
    <fieldset
      class={isOver ? 'picture-field is-over' : 'picture-field'}
      aria-label={field.label}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes('Files') !== true) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const file = event.dataTransfer?.files[0];
        // Dropped here, a picture is one to work on, and not one to look into for its workflow; a workflow is still one.
        if (file?.type.startsWith('image/') !== true) return;
        event.preventDefault();
        void upload(file);
      }}
    >
      <div class="picture-now">
        {isMissing === field.value ? (
          <span class="hint">Not in ComfyUI’s input folder</span>
        ) : (
          <img
            key={field.value}
            src={viewPath({ ...inputFile(field.value), preview: 'webp;75' })}
            alt=""
            onError={() => setMissing(field.value)}
          />
        )}
      </div>
      <div class="picture-choice">
        <p class="hint">{field.value}</p>
        <input
          ref={chooser}
          type="file"
          accept="image/*"
          hidden
          aria-label={`${field.label}: file`}
          onChange={(event) => {
            void upload(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
        <button {...attributes} type="button" class="quiet" onClick={() => chooser.current?.click()}>
          {isUploading ? 'Uploading…' : 'Choose another picture'}
        </button>
        <p role="status" class="error">
          {typeof state === 'object' && state.failure}
        </p>
      </div>
    </fieldset>
  );
}
