// What a rival's network gives the pictures of a file of bytes, 48 × 48 each: `node score.cjs NAME HOME FILE` prints a JSON list of lists.
const { readFileSync } = require('node:fs');
const { networks } = require('./networks.cjs');

async function main() {
  const [name, home, file] = process.argv.slice(2);
  const { tf, predict } = await networks[name](home);
  const bytes = readFileSync(file);
  const rows = [];
  for (let start = 0; start < bytes.length; start += 2304) {
    const face = tf.tensor2d(Float32Array.from(bytes.subarray(start, start + 2304)), [48, 48]);
    rows.push(Array.from(await predict(face), (value) => Number(value.toFixed(5))));
    face.dispose();
  }
  process.stdout.write(JSON.stringify(rows), () => process.exit());
}

void main();
