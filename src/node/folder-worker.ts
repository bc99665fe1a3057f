/** A worker process of `classifyFolder`: classifies the files that it receives, and exits with its parent. */
import { join } from 'node:path';
import { loadSharp } from '../platform/node-decode';
import { facesOf } from './faces-of';
import type { FileResult } from './results-file';
import type { WorkerSettings } from './worker-process';

/** The URL of this file, for its parent. */
export const url = import.meta.url;

const settings = process.env['FER_CNN_FOLDER_WORKER'];
if (settings && process.send) await serve(JSON.parse(settings) as WorkerSettings);

async function serve({ dir, backend, model, topk, faces }: WorkerSettings): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => {}); // a terminal sends Ctrl-C to workers too: the parent stops them, and no image gets the blame
  await attempt('backend', async () => {
    const { default: start } = (await import(backend)) as { default?: unknown };
    if (typeof start === 'function') await start();
    await (await import('@tensorflow/tfjs-core')).ready();
  });
  await attempt('sharp', loadSharp); // or every image would get an error, which a later run does not retry
  const { loadClassifier, loadImage } = await import('fer-cnn');
  const classifier = await attempt('model', () => loadClassifier(model));
  const finder = faces && {
    classifier,
    faces: (await import('fer-cnn/faces')).createFaceClassifier({ classifier }),
  };
  process.on('message', ({ files }: { files: readonly string[] }) =>
    attempt('images', async () => {
      const results: FileResult[] = [];
      for (const file of files) results.push(await classify(file));
      process.send!({ results });
    }),
  );
  process.send!({ ready: true });

  /** Returns the result of one image, or its error. Only one image in full size is in memory. */
  async function classify(file: string): Promise<FileResult> {
    try {
      if (!finder) return { file, predictions: await classifier.classify(join(dir, file), { topk }) };
      const image = await loadImage(join(dir, file));
      try {
        return { file, ...(await facesOf(image, finder, { topk })) };
      } finally {
        image.dispose();
      }
    } catch (error) {
      return { file, error: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Reports a failure to the parent, and exits. */
async function attempt<T>(part: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    process.send!({ failed, part }, () => process.exit(1));
    return new Promise(() => {}); // until then
  }
}
