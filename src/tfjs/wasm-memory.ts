import * as tf from '@tensorflow/tfjs-core';

/** The part of tfjs's WASM backend that shares its memory. */
interface WasmBackend {
  wasm?: { asm?: { memory?: WebAssembly.Memory } } | null;
  dataIdMap: { get(dataId: tf.DataId): { memoryOffset: number } };
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  disposeData(dataId: tf.DataId): boolean;
}

const backend = () => tf.backend() as unknown as WasmBackend;

/** The memory of the WASM backend; undefined on other backends, and where tfjs hides it. */
export function wasmMemory(): WebAssembly.Memory | undefined {
  return tf.getBackend() === 'wasm' ? backend().wasm?.asm?.memory : undefined;
}

/** Room for values in the WASM backend's memory, not cleared. It may move all views of the memory. */
export const wasmRoom = (shape: number[]): tf.TensorInfo => backend().makeOutput(shape, 'float32');

/** Where values lie in the WASM backend's memory, in bytes. */
export const wasmPointer = ({ dataId }: tf.TensorInfo): number => backend().dataIdMap.get(dataId).memoryOffset;

/** Values in the WASM backend's memory, in place: good until room is made. */
export const wasmValues = (info: tf.TensorInfo): Float32Array => backend().typedArrayFromHeap(info);

/** Gives room back that became no tensor. */
export const freeWasmRoom = ({ dataId }: tf.TensorInfo): void => void backend().disposeData(dataId);
