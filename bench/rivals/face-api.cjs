// The expression network of @vladmandic/face-api on WASM, from a [48, 48, 3] tensor to named probabilities.
const { join } = require('node:path');
const { serve, startWasm } = require('./serve.cjs');

async function main() {
  const home = process.argv[2];
  const { requireHere, tf } = await startWasm(home);
  const faceapi = requireHere('@vladmandic/face-api/dist/face-api.node-wasm.js');
  await faceapi.nets.faceExpressionNet.loadFromDisk(join(home, 'node_modules/@vladmandic/face-api/model'));
  const face = tf.randomUniform([48, 48, 3], 0, 255);
  await serve(() => faceapi.nets.faceExpressionNet.predictExpressions(face));
}

void main();
