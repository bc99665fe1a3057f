import type * as H5wasm from 'h5wasm';
import { missingPackage, WeightsError } from '../errors';
import { checkHeaps } from './hdf5-checks';

/** The WASM module of h5wasm. */
export type Module = Awaited<typeof H5wasm.ready>;

let files = 0;

/**
 * Opens a file in h5wasm's own file system, with errors thrown instead of printed, and closes it again.
 *
 * @param mode To read or to write.
 * @param use Works with the file while it is open.
 * @returns What `use` returns.
 * @throws {@link WeightsError} if the file is damaged; {@link FerError} if h5wasm is not installed; what `use` throws.
 */
export async function withFile<T>(
  mode: 'r' | 'w',
  bytes: Uint8Array | undefined,
  use: (file: H5wasm.File, module: Module) => T,
): Promise<T> {
  const { h5wasm, module } = await loadH5wasm();
  if (bytes) damaged(() => checkHeaps(bytes));
  const path = `fer-cnn-${files++}.h5`;
  if (bytes) module.FS.writeFile(path, bytes);
  module.activate_throwing_error_handler();
  const opened = () => {
    const file = damaged(() => new h5wasm.File(path, mode));
    try {
      return use(file, module);
    } finally {
      damaged(() => file.close());
    }
  };
  try {
    return leavingNothing(module, mode === 'w' ? () => atOneTime(opened) : opened);
  } finally {
    module.deactivate_throwing_error_handler();
    if (bytes) module.FS.unlink(path);
  }
}

/**
 * Runs `use` and frees what an error leaves behind in the WASM module: open files, of which there can be 4,096, and frames on its stack, which
 * overflows after some thousand damaged files. `ccall` restores the stack after each function that takes a string.
 */
function leavingNothing<T>(module: Module, use: () => T): T {
  const { streams, close } = module.FS as typeof module.FS & { streams: (Parameters<typeof close>[0] | null)[] };
  const before = new Set(streams);
  let outcome: () => T;
  const run = () => {
    try {
      const result = use();
      outcome = () => result;
    } catch (error) {
      outcome = () => {
        throw error;
      };
    }
  };
  Object.assign(module, { _ferCnnUse: run });
  module.ccall('ferCnnUse', null, ['string'], ['']);
  for (const stream of streams) if (stream && !before.has(stream)) close(stream);
  return outcome!();
}

/** Runs with the clock stopped: HDF5 writes the time into the head of each object, and the same content must give the same bytes. */
function atOneTime<T>(use: () => T): T {
  const { now } = Date;
  Date.now = () => Date.UTC(1980, 0, 2);
  try {
    return use();
  } finally {
    Date.now = now;
  }
}

/** h5wasm and its module, or an error that tells how to install it. */
export async function loadH5wasm() {
  try {
    const h5wasm = await import('h5wasm');
    return { h5wasm, module: await h5wasm.ready };
  } catch (cause) {
    throw missingPackage('', 'h5wasm', cause);
  }
}

/** Turns what a damaged file throws into a {@link WeightsError}. */
export function damaged<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const remedy = 'It is cut off or damaged: copy or save it again.';
    throw new WeightsError({
      where: '',
      expected: 'a whole HDF5 file',
      received: 'one that HDF5 cannot read',
      remedy,
      cause,
    });
  }
}

/**
 * Reads the strings of an attribute. `Attribute.value` of h5wasm does the same, but frees random pointers if the strings are damaged, after which the
 * module may hang.
 *
 * @param module The module of h5wasm.
 * @param group The group that has the attribute.
 * @param most Length of the file in bytes, the limit for the strings.
 * @returns The strings; none if the array is empty.
 */
export function textsOf(module: Module, { file_id: id, path }: H5wasm.Group, name: string, most: number): string[] {
  const { type, size, total_size: count, vlen: apart } = module.get_attribute_metadata(id, path, name);
  if (count === 0) return []; // NumPy stores numbers for an empty array of strings
  const length = size * count;
  if (type !== module.H5T_class_t.H5T_STRING.value || length > most) throw new Error(`no texts in '${name}'`);
  const { _malloc: allocate, _free: release } = module;
  const place = allocate(length);
  try {
    module.get_attribute_data(id, path, name, BigInt(place));
    const data = module.HEAPU8.slice(place, place + length);
    if (!apart) return Array.from({ length: count }, (_, i) => textOf(data.subarray(i * size, (i + 1) * size)));
    const texts = Array.from(new Uint32Array(data.buffer), (pointer) => module.UTF8ToString(pointer));
    module.reclaim_vlen_memory(id, path, name, BigInt(place));
    return texts;
  } finally {
    release(place);
  }
}

/** A string in UTF-8, up to the first byte that is zero. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
