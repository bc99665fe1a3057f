// Runs classifyFolder of the built package in a process that a test can kill: node classify-folder.program.mjs DIR OUT MODEL
import { classifyFolder } from 'fer-cnn/node';

const [dir, out, model] = process.argv.slice(2);
const workers = { backend: '@tensorflow/tfjs-backend-cpu', count: 2, batchSize: 1 };
console.log(JSON.stringify(await classifyFolder(dir, { out, model, workers })));
