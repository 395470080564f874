import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** V8 keeps a file that holds one character beyond Latin-1 at two bytes for each of them: 1.2 MB here, for a few quotation marks. */
const oneByteEach: Plugin = {
  name: 'one-byte-each',
  renderChunk: (code) => ({
    code: code.replace(
      /[\u0100-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
    // The lines stay as they are; only columns behind such a character do not.
    map: null,
  }),
};

/**
 * Builds the server's side, its libraries included, into a few files in dist/core/: Node takes three times as long to find and
 * read the 450 files that they come from. The browser's side has web/vite.config.ts.
 */
export default defineConfig({
  publicDir: false,
  plugins: [oneByteEach],
  build: {
    ssr: true,
    outDir: here('dist/core'),
    emptyOutDir: true,
    target: 'node20',
    // A stack trace shall say where it was; with `node --enable-source-maps` it says so in the sources' own lines.
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: { main: here('core/main.ts'), 'key-judge': here('core/auth/key-judge.ts') },
      // Comments would stay in memory with the code.
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', comments: false },
    },
  },
  ssr: {
    noExternal: true,
    // What holds machine code, and what only a terminal needs.
    external: ['uWebSockets.js', 'better-sqlite3', 'pino-pretty'],
  },
});
