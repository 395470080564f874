import type { PairFiles } from './certificate.ts';
import { ownPair } from './own-certificate.ts';

/** Where the certificate comes from: files of the owner's, or Studio's own in STUDIO_DIR. */
export type TlsSource =
  | { readonly kind: 'files'; readonly files: PairFiles }
  | { readonly kind: 'self-signed' };

export function filesOf(source: TlsSource, studioDir: string): PairFiles {
  return source.kind === 'files' ? source.files : ownPair(studioDir);
}
