import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the browser's side into static/, where core/assets.ts reads it by its manifest. */
export default defineConfig({
  root: here('.'),
  base: '/static/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('../static'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    // data: URIs and inline helpers are what the pages' Content-Security-Policy is there to stop.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: ['login.ts', 'home.tsx', 'history.tsx', 'security.tsx', 'system.tsx'].map(here),
    },
  },
  plugins: [precompress(here('../static'))],
});
