// The emotion network of @vladmandic/human on WASM, from a [48, 48] tensor to an array of probabilities. Its own program would have
// looked for the face first; here the picture is the face, so that only its network and its preprocessing count.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { serve, startWasm } = require('./serve.cjs');

async function main() {
  const home = process.argv[2];
  const { tf } = await startWasm(home);
  const models = join(home, 'node_modules/@vladmandic/human/models');
  const json = JSON.parse(readFileSync(join(models, 'emotion.json'), 'utf8'));
  const bytes = readFileSync(join(models, 'emotion.bin'));
  const network = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
      format: json.format,
    }),
  });
  const face = tf.randomUniform([48, 48], 0, 255);
  await serve(async () => {
    const output = tf.tidy(() => {
      const resized = tf.image.resizeBilinear(tf.reshape(face, [1, 48, 48, 1]), [64, 64]);
      return network.execute(tf.mul(tf.sub(tf.div(resized, 255), 0.5), 2));
    });
    await output.data();
    output.dispose();
  });
}

void main();
