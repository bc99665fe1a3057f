import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './', // so that the built page works in any folder of a server
  resolve: {
    alias: [
      { find: '#platform', replacement: `${root}src/platform/browser.ts` },
      { find: /^fer-cnn$/, replacement: `${root}src/index.ts` },
      { find: /^fer-cnn\/([a-z]+)$/, replacement: `${root}src/$1/index.ts` },
      { find: /^fer-cnn\/weights\/(.+)$/, replacement: `${root}dist/weights/$1.js` },
    ],
  },
  server: { fs: { allow: [root] } },
  build: { target: 'es2022', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 8000 }, // weights are large
});
