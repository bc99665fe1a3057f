// A worker of classifyFolder, in a process of its own: classifies the files that it is sent, and ends when its parent does.
import { join } from 'node:path';

/** Where this file is, for its parent. */
export const url = import.meta.url;

const settings = process.env.FER_CNN_FOLDER_WORKER;
if (settings && process.send) await serve(JSON.parse(settings));

async function serve({ dir, backend, model, topk }) {
  process.on('disconnect', () => process.exit());
  const { BUNDLED_MODELS, ensureBackend, loadClassifier, toGraySize, toImages } = await import('fer-cnn');
  const { decodeImage, loadWeightsDirectory } = await import('fer-cnn/node');
  const tf = await import('@tensorflow/tfjs-core');

  const classifier = await attempt('backend', async () => {
    const { default: start } = await import(backend);
    if (typeof start === 'function') await start();
    await ensureBackend('classifyFolder');
  }).then(() =>
    attempt('model', async () =>
      loadClassifier(['default', ...BUNDLED_MODELS].includes(model) ? model : await loadWeightsDirectory(model)),
    ),
  );
  const { inputSize } = classifier.card.preprocessing;

  /** A picture in the network's size, or why there is none. One at a time is in memory in its full size. */
  async function read(file) {
    try {
      const pixels = await decodeImage(join(dir, file));
      return { file, image: tf.tidy(() => toGraySize(toImages(pixels), inputSize)) };
    } catch (error) {
      return { file, error: error instanceof Error ? error.message : String(error) };
    }
  }

  async function classify(files) {
    const pictures = [];
    for (const file of files) pictures.push(await read(file));
    const images = pictures.flatMap(({ image }) => image ?? []); // each [1, height, width, 1]
    const batch = images.length > 0 ? tf.concat(images) : undefined;
    try {
      const rows = batch ? await classifier.classify(batch, topk === undefined ? {} : { topk }) : [];
      return pictures.map(({ file, error }) =>
        error === undefined ? { file, predictions: rows.shift() } : { file, error },
      );
    } finally {
      tf.dispose([images, batch ?? []]);
    }
  }

  process.on('message', ({ files }) =>
    attempt('pictures', async () => process.send({ results: await classify(files) })),
  );
  process.send({ ready: true });
}

/** Tells the parent what does not work, and ends. */
async function attempt(part, work) {
  try {
    return await work();
  } catch (error) {
    process.send({ failed: error instanceof Error ? error.message : String(error), part }, () => process.exit(1));
    return new Promise(() => {}); // for ever, that is until then
  }
}
