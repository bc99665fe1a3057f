import { bytesOfBase64 } from '../base64';
import { wasmMemory } from '../tfjs/wasm-memory';

/** A WebAssembly module that works in the memory of tfjs's WASM backend. */
export interface WasmModule<Exports> {
  /** Starts the module once, in the memory of the active backend; does nothing on backends other than WASM. */
  start(): Promise<void>;
  /** The functions of the module in the active backend's memory; undefined if it was not or cannot be started. */
  exports(): Exports | undefined;
}

/**
 * Wraps a WebAssembly module that imports its memory.
 *
 * @param base64 The module, in base64.
 */
export function wasmModule<Exports>(base64: string): WasmModule<Exports> {
  const instances = new WeakMap<WebAssembly.Memory, Exports | undefined>();
  return {
    async start() {
      const memory = wasmMemory();
      if (!memory || instances.has(memory)) return;
      // no SIMD, or a policy forbids it: tfjs's own kernels are used
      const started = await WebAssembly.instantiate(bytesOfBase64(base64), { env: { memory } }).catch(() => undefined);
      if (!instances.has(memory)) instances.set(memory, started?.instance.exports as Exports | undefined);
    },
    exports() {
      const memory = wasmMemory();
      return memory && instances.get(memory);
    },
  };
}
