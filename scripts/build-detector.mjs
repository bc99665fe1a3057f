/* oxlint-disable no-underscore-dangle -- flatbuffers names its readers so */
// Turns the face detector BlazeFace (short range), as @mediapipe/face_detection ships it, into the module dist/weights/blazeface.js:
// the weights in the order of the network, in TensorFlow.js's layout. Its license and origin go beside it.
// Usage: node scripts/build-detector.mjs [TO=dist/weights]
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ByteBuffer } from 'flatbuffers';

const [to = 'dist/weights'] = process.argv.slice(2);
const SHA256 = '3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633';

const require = createRequire(import.meta.url);
const manifest = require.resolve('@mediapipe/face_detection/package.json');
const { name, version, license } = JSON.parse(await readFile(manifest, 'utf8'));
const bytes = await readFile(join(dirname(manifest), 'face_detection_short_range.tflite'));
const sha256 = createHash('sha256').update(bytes).digest('hex');
if (sha256 !== SHA256) throw new Error(`${name} ${version}: face_detection_short_range.tflite has SHA-256 ${sha256}`);

// Field numbers and codes as in TensorFlow's schema.fbs (tensorflow/compiler/mlir/lite/schema).
const MODEL = { operatorCodes: 1, subgraphs: 2, buffers: 4 };
const OPERATOR_CODE = { deprecatedCode: 0, code: 3 };
const GRAPH = { tensors: 0, operators: 3 };
const TENSOR = { shape: 0, type: 1, buffer: 2 };
const OPERATOR = { codeIndex: 0, inputs: 1, outputs: 2 };
const BUFFER = { data: 0 };
const CONV_2D = 3;
const DEPTHWISE_CONV_2D = 4;
const DEQUANTIZE = 6;
const FLOAT16 = 1;

const buffer = new ByteBuffer(new Uint8Array(bytes));
/** Where a field of a table lies, or 0 if it has its default. */
const field = (table, number) => {
  const offset = buffer.__offset(table, 4 + 2 * number);
  return offset && table + offset;
};
const int32 = (table, number) => (field(table, number) ? buffer.readInt32(field(table, number)) : 0);
const int8 = (table, number) => (field(table, number) ? buffer.readInt8(field(table, number)) : 0);
const items = (table, number, read) => {
  const start = buffer.__vector(field(table, number));
  return Array.from({ length: buffer.__vector_len(field(table, number)) }, (_, i) => read(start + 4 * i));
};
const tables = (table, number) => items(table, number, (at) => buffer.__indirect(at));
const int32s = (table, number) => items(table, number, (at) => buffer.readInt32(at));

const model = buffer.readInt32(0);
const codes = tables(model, MODEL.operatorCodes).map((code) =>
  Math.max(int8(code, OPERATOR_CODE.deprecatedCode), int32(code, OPERATOR_CODE.code)),
);
const buffers = tables(model, MODEL.buffers);
const [graph] = tables(model, MODEL.subgraphs);
const tensors = tables(graph, GRAPH.tensors);
const operators = tables(graph, GRAPH.operators).map((operator) => ({
  code: codes[int32(operator, OPERATOR.codeIndex)],
  inputs: int32s(operator, OPERATOR.inputs),
  outputs: int32s(operator, OPERATOR.outputs),
}));

/** Shape and float16 values, as bit patterns, of a tensor that a DEQUANTIZE makes float32. */
function weightOf(index) {
  const stored = operators.find(({ code, outputs }) => code === DEQUANTIZE && outputs[0] === index).inputs[0];
  const tensor = tensors[stored];
  if (int8(tensor, TENSOR.type) !== FLOAT16) throw new Error(`tensor ${stored} is not of float16`);
  const data = field(buffers[int32(tensor, TENSOR.buffer)], BUFFER.data);
  const start = buffer.__vector(data);
  const values = Array.from({ length: buffer.__vector_len(data) / 2 }, (_, i) => buffer.readUint16(start + 2 * i));
  return { shape: int32s(tensor, TENSOR.shape), values };
}

/** Filter and bias of a convolution: from [out, h, w, in] to [h, w, in, out], or from [1, h, w, c] to [h, w, c, 1]. */
function convolution({ code, inputs }) {
  const [filter, bias] = [weightOf(inputs[1]), weightOf(inputs[2])];
  const [out, ...rest] = filter.shape;
  if (code === DEPTHWISE_CONV_2D) return [{ shape: [...rest, 1], values: filter.values }, bias];
  const inner = filter.values.length / out;
  const values = filter.values.map((_, i) => filter.values[(i % out) * inner + Math.floor(i / out)]);
  return [{ shape: [...rest, out], values }, bias];
}

/** Numbers for each anchor: a score, and 16 for box and key points. */
const VALUES = 17;

/** The heads for scores and boxes of one grid as one convolution, whose filters are in the order of the anchors. */
function head([scoreFilter, scoreBias, boxFilter, boxBias]) {
  const anchors = scoreBias.values.length;
  const merged = (scores, boxes) =>
    Array.from({ length: scores.length * VALUES }, (_, i) => {
      const [row, column] = [Math.floor(i / (anchors * VALUES)), i % (anchors * VALUES)];
      const [anchor, value] = [Math.floor(column / VALUES), column % VALUES];
      return value === 0 ? scores[row * anchors + anchor] : boxes[(row * anchors + anchor) * (VALUES - 1) + value - 1];
    });
  return [
    {
      shape: [...scoreFilter.shape.slice(0, 3), anchors * VALUES],
      values: merged(scoreFilter.values, boxFilter.values),
    },
    { shape: [anchors * VALUES], values: merged(scoreBias.values, boxBias.values) },
  ];
}

const all = operators.filter(({ code }) => code === CONV_2D || code === DEPTHWISE_CONV_2D).flatMap(convolution);
const heads = all.slice(-8); // filter and bias of the scores of both grids, then of the boxes
const weights = [
  ...all.slice(0, -8),
  ...[0, 2].flatMap((grid) => head([...heads.slice(grid, grid + 2), ...heads.slice(grid + 4, grid + 6)])),
];
const values = Uint16Array.from(weights.flatMap(({ values }) => values));
const parts = {
  shapes: weights.map(({ shape }) => shape),
  weightsBase64: Buffer.from(values.buffer).toString('base64'),
};

const NOTICE = `blazeface.js holds the weights of BlazeFace (short range), by the MediaPipe Authors, Copyright Google LLC, under the
${license} license; see blazeface.LICENSE.txt. They come from the npm package ${name} ${version}, file
face_detection_short_range.tflite (SHA-256 ${sha256}).
Changes: the float16 values were taken out of the file and laid out for TensorFlow.js, the heads for scores and boxes as one convolution; none
has another value.
`;
const TYPES = `// The weights of the face detector.

declare const detector: { shapes: number[][]; weightsBase64: string };
export default detector;
`;

await mkdir(to, { recursive: true });
await writeFile(join(to, 'blazeface.js'), `export default ${JSON.stringify(parts)};\n`);
await writeFile(join(to, 'blazeface.d.ts'), TYPES);
await writeFile(join(to, 'blazeface.NOTICE.txt'), NOTICE);
await writeFile(
  join(to, 'blazeface.LICENSE.txt'),
  await readFile(join(dirname(require.resolve('flatbuffers/package.json')), 'LICENSE')),
);
