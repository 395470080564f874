import type { State } from '../store.ts';

/** What is out of order for all pages; nothing while all is well. */
export function Banners({ studio }: { readonly studio: Pick<State, 'comfyui' | 'isMaintained'> }) {
  return (
    <div class="banner" role="status">
      {studio.isMaintained && (
        <p>
          <strong>Studio is in maintenance.</strong> Nothing can be started or loaded until it is over. This
          page stays connected and goes on by itself.
        </p>
      )}
      {studio.comfyui === 'disconnected' && (
        <p>
          <strong>ComfyUI does not answer.</strong> Studio keeps trying, and goes on by itself once it is
          back.
        </p>
      )}
    </div>
  );
}
