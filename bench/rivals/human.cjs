// The emotion network of @vladmandic/human on WASM, from a [48, 48] tensor to an array of probabilities.
const { networks } = require('./networks.cjs');
const { serve } = require('./serve.cjs');

async function main() {
  const { tf, predict } = await networks.human(process.argv[2]);
  const face = tf.randomUniform([48, 48], 0, 255);
  await serve(() => predict(face));
}

void main();
