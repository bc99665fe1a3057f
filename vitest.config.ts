import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: '#platform', replacement: at('./src/platform/node.ts') },
      { find: /^fer-cnn$/, replacement: at('./src/index.ts') },
      { find: /^fer-cnn\/([a-z]+)$/, replacement: at('./src/$1/index.ts') },
      { find: /^fer-cnn\/folder-worker$/, replacement: at('./dist/node/folder-worker.js') },
      { find: /^fer-cnn\/train-worker$/, replacement: at('./dist/node/train-worker.js') },
      { find: /^fer-cnn\/weights\/(.+)$/, replacement: at('./dist/weights/$1.js') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000, // many tests start processes, and the machine may be busy
    hookTimeout: 300_000,
    setupFiles: ['./test/support/matchers.ts'],
    pool: 'forks',
    env: { TF_CPP_MIN_LOG_LEVEL: '3' },
    onConsoleLog: (text) => !text.includes('Hi, looks like you are running TensorFlow.js in Node.js'), // once in each file
  },
});
