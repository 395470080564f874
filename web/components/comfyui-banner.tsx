import type { State } from '../store.ts';

/** Nothing while ComfyUI answers. */
export function ComfyuiBanner({ comfyui }: Pick<State, 'comfyui'>) {
  return (
    <div class="banner" role="status">
      {comfyui === 'disconnected' && (
        <p>
          <strong>ComfyUI does not answer.</strong> Studio keeps trying, and goes on by itself once it is
          back.
        </p>
      )}
    </div>
  );
}
