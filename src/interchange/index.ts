/**
 * Models to and from other programs. An entry of its own, so that those who exchange nothing carry none of it.
 *
 * @packageDocumentation
 */
export { importKeras } from './keras-import';
export type { ImportKerasOptions, KerasSource } from './keras-import';
export { exportKeras } from './keras-export';
export { exportOnnx } from './onnx';
export type { OnnxOptions } from './onnx';
export { suggestCard } from './suggest-card';
export type { CardSuggestion, SuggestOptions } from './suggest-card';
