// Names the expression of every face in photos: node classify-photo.mjs photo.jpg other.png
// npm install fer-cnn sharp and, each @4.22.0, @tensorflow/tfjs-core, -layers, -data and -backend-wasm
import '@tensorflow/tfjs-backend-wasm';
import { FerError } from 'fer-cnn';
import { classifyFaces } from 'fer-cnn/faces';

const percent = (share) => `${Math.round(100 * share)} %`;

for (const file of process.argv.slice(2)) {
  try {
    const faces = await classifyFaces(file, { topk: 2 });
    if (faces.length === 0) console.log(`${file}: no face found`);
    for (const { box, predictions } of faces) {
      const place = `${Math.round(box.x)},${Math.round(box.y)}`;
      const names = predictions.map(({ className, probability }) => `${className} ${percent(probability)}`);
      console.log(`${file}: ${names.join(', ')} at ${place}`);
    }
  } catch (error) {
    if (!(error instanceof FerError)) throw error; // the message of a FerError says what to do
    console.error(error.message);
    process.exitCode = 1;
  }
}
