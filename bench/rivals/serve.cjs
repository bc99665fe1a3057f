// What the rivals share: TensorFlow.js on WASM from the folder where they are installed, and the answers to the bench.
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { createInterface } = require('node:readline');

const REPETITIONS = 10;

/** Starts TensorFlow.js on WASM in that folder; gives it and a `require` for the folder. */
async function startWasm(home) {
  const requireHere = createRequire(`${home}/`);
  const tf = requireHere('@tensorflow/tfjs');
  const { setWasmPaths } = requireHere('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(requireHere.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  await tf.ready();
  return { tf, requireHere };
}

/** Does the work at each line of the input and answers with its time; with --once does it once and tells how long the process runs. */
async function serve(work) {
  if (process.argv.includes('--once')) {
    await work();
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ ms: performance.now(), cpu: (user + system) / 1000 }));
    process.exit();
  }
  console.log(JSON.stringify({ ready: true }));
  for await (const _ of createInterface({ input: process.stdin })) {
    const before = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < REPETITIONS; i++) await work();
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ ms: ms / REPETITIONS, cpu: (user + system) / 1000 / REPETITIONS }));
  }
}

module.exports = { serve, startWasm };
