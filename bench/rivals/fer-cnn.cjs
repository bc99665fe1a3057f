// The built package as a user has it: takes a backend and fer-cnn, classifies one face, tells how long the process runs.
const { dirname } = require('node:path');

async function main() {
  const [, , backend] = process.argv;
  if (backend === 'tensorflow') {
    require('@tensorflow/tfjs-node');
  } else {
    const { setWasmPaths } = require(`@tensorflow/tfjs-backend-${backend}`);
    setWasmPaths?.(`${dirname(require.resolve(`@tensorflow/tfjs-backend-${backend}`))}/`);
  }
  const { classify } = require('fer-cnn');
  const data = new Uint8Array(48 * 48).map((_, i) => (i * 7919) % 256);
  await classify({ data, height: 48, width: 48, channels: 1 });
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ ms: performance.now(), cpu: (user + system) / 1000 }));
  process.exit();
}

void main();
