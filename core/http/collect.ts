import type { ByteSource } from './byte-stream.ts';
import { HttpError } from './http-error.ts';

/** All of a source's bytes, where there is no way around having them at once. Rejects with HttpError 413 over the limit. */
export function collect(source: ByteSource, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    source.open({
      write(chunk) {
        size += chunk.byteLength;
        if (size <= limit) chunks.push(chunk.slice());
        else {
          chunks.length = 0;
          source.abort();
          reject(new HttpError(413, `The body is larger than ${limit} bytes`));
        }
      },
      end: () => resolve(joined(chunks, size)),
      fail: reject,
    });
  });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
