// The rivals' networks for expressions on WASM. Each is loaded from the folder where the rivals are installed and takes a [48, 48] tensor of
// 0..255 to the probabilities of the seven emotions in FER2013's order. The picture is the face: what they do to find one does not count.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { startWasm } = require('./serve.cjs');

const networks = {
  async 'face-api'(home) {
    const { requireHere, tf } = await startWasm(home);
    const faceapi = requireHere('@vladmandic/face-api/dist/face-api.node-wasm.js');
    await faceapi.nets.faceExpressionNet.loadFromDisk(join(home, 'node_modules/@vladmandic/face-api/model'));
    const order = ['angry', 'disgusted', 'fearful', 'happy', 'sad', 'surprised', 'neutral'];
    const predict = async (face) => {
      const colour = tf.tidy(() => tf.tile(tf.expandDims(face, 2), [1, 1, 3]));
      const found = await faceapi.nets.faceExpressionNet.predictExpressions(colour);
      colour.dispose();
      return order.map((name) => found[name]);
    };
    return { tf, predict };
  },

  async human(home) {
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
    const predict = async (face) => {
      const output = tf.tidy(() => {
        const resized = tf.image.resizeBilinear(tf.reshape(face, [1, 48, 48, 1]), [64, 64]);
        return network.execute(tf.mul(tf.sub(tf.div(resized, 255), 0.5), 2));
      });
      const values = await output.data();
      output.dispose();
      return values;
    };
    return { tf, predict };
  },
};

module.exports = { networks };
