// Answers a posted photo with its faces and their expressions: curl --data-binary @party.jpg http://localhost:8080
// npm install fer-cnn sharp and, each @4.22.0, @tensorflow/tfjs-core, -layers, -data and -backend-wasm
import '@tensorflow/tfjs-backend-wasm';
import { createServer } from 'node:http';
import { FerError, loadImage } from 'fer-cnn';
import { classifyFaces } from 'fer-cnn/faces';

const [MAX_BYTES, MAX_PIXELS] = [10_000_000, 20_000_000];
const MAX_WAITING = 8; // photos in memory; they are computed one after another
let waiting = 0;
let last = Promise.resolve();

/** Bytes of a visitor, never a string of theirs: that would be a path or URL. */
async function findFaces(bytes) {
  const photo = await loadImage(bytes, { maxPixels: MAX_PIXELS });
  return classifyFaces(photo, { topk: 3 }).finally(() => photo.dispose());
}

async function answer(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) if ((size += chunk.length) <= MAX_BYTES) chunks.push(chunk);
  if (size > MAX_BYTES) return [413, { error: `The photo has more than ${MAX_BYTES} bytes.` }];
  last = last.catch(() => {}).then(() => findFaces(Buffer.concat(chunks)));
  return [200, { faces: await last }];
}

const failed = (error) =>
  error instanceof FerError ? [400, { error: error.message }] : [500, { error: 'The photo could not be classified.' }];

const server = createServer({ requestTimeout: 30_000 }, async (request, response) => {
  const isBusy = waiting++ >= MAX_WAITING;
  const [status, body] = isBusy ? [503, { error: 'Try again later.' }] : await answer(request).catch(failed);
  waiting--;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(process.env.PORT ?? 8080, () => console.log(`http://localhost:${server.address().port}`));
