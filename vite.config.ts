import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the server's side, its libraries included, into a few files in dist/core/: Node takes three times as long to find and
 * read the 450 files that they come from. The browser's side has web/vite.config.ts.
 */
export default defineConfig({
  publicDir: false,
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
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
  ssr: {
    noExternal: true,
    // What holds machine code, and what only a terminal needs.
    external: ['uWebSockets.js', 'better-sqlite3', 'pino-pretty'],
  },
});
