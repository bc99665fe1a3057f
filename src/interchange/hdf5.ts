import type * as H5wasm from 'h5wasm';
import { missingPackage, WeightsError } from '../errors';

/** A tensor of an HDF5 file. */
export interface Hdf5Tensor {
  /** Length of each axis. */
  shape: readonly number[];
  /** The values, row-major. */
  values: Float32Array;
}

/** What can be asked of an HDF5 file that is open. Paths have no leading slash; `''` is the root. */
export interface Hdf5Reader {
  /** The names in a group, in alphabetical order; undefined if there is no such group. */
  names(path: string): readonly string[] | undefined;
  /** An attribute that holds text, one or a list, possibly cut into pieces as Keras does; undefined if there is none. */
  texts(path: string, attribute: string): readonly string[] | undefined;
  /** A tensor of floating-point numbers; undefined if there is none. */
  tensor(path: string): Hdf5Tensor | undefined;
}

/** What can be put into an HDF5 file. Groups are made where they are missing. */
export interface Hdf5Writer {
  /** Adds an attribute to a group: one text or a list of them. */
  attribute(path: string, name: string, value: string | readonly string[]): void;
  /** Adds a float32 tensor. */
  tensor(path: string, tensor: Hdf5Tensor): void;
}

/** Whether bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 8)) === '\x89HDF\r\n\x1a\n';
}

/**
 * Reads an HDF5 file in memory.
 *
 * @param where What is read, for messages.
 * @param bytes The file; borrowed.
 * @param use Takes from it what is wanted; the file is open only while it runs.
 * @returns What `use` returns.
 * @throws {@link WeightsError} if the file is damaged; {@link FerError} if h5wasm is not installed; what `use` throws.
 */
export function readHdf5<T>(where: string, bytes: Uint8Array, use: (file: Hdf5Reader) => T): Promise<T> {
  return withFile(where, 'r', bytes, (file) => use(reader(where, file)));
}

/**
 * Writes an HDF5 file in memory.
 *
 * @param where What is written, for messages.
 * @param fill Puts in what it is to hold.
 * @returns The file.
 * @throws {@link FerError} if h5wasm is not installed.
 */
export async function writeHdf5(where: string, fill: (file: Hdf5Writer) => void): Promise<Uint8Array> {
  let path = '';
  const { module } = await load(where);
  try {
    await withFile(where, 'w', undefined, (file) => {
      path = file.filename;
      fill(writer(file));
    });
    return Uint8Array.from(module.FS.readFile(path) as Uint8Array);
  } finally {
    module.FS.unlink(path);
  }
}

let files = 0;

/** Opens a file in h5wasm's own file system, with errors thrown instead of printed, and closes it again. */
async function withFile<T>(
  where: string,
  mode: 'r' | 'w',
  bytes: Uint8Array | undefined,
  use: (file: H5wasm.File) => T,
): Promise<T> {
  const { h5wasm, module } = await load(where);
  const path = `fer-cnn-${files++}.h5`;
  if (bytes) module.FS.writeFile(path, bytes);
  module.activate_throwing_error_handler();
  try {
    const file = damaged(where, () => new h5wasm.File(path, mode));
    try {
      return use(file);
    } finally {
      file.close();
    }
  } finally {
    module.deactivate_throwing_error_handler();
    if (bytes) module.FS.unlink(path);
  }
}

async function load(where: string) {
  try {
    const h5wasm = await import('h5wasm');
    return { h5wasm, module: await h5wasm.ready };
  } catch (cause) {
    throw missingPackage(where, 'h5wasm', cause);
  }
}

/** Runs what throws on a damaged file. */
function damaged<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const remedy = 'It is cut off or damaged: copy or save it again.';
    throw new WeightsError({
      where,
      expected: 'a whole HDF5 file',
      received: 'one that HDF5 cannot read',
      remedy,
      cause,
    });
  }
}

type Entity = H5wasm.Group & H5wasm.Dataset;

function reader(where: string, file: H5wasm.File): Hdf5Reader {
  const find = (path: string, type: 'Group' | 'Dataset') => {
    const found = path === '' ? file : file.get(path);
    return found?.constructor.name && (found as Entity).type === type ? (found as Entity) : undefined;
  };
  return {
    names: (path) => damaged(where, () => find(path, 'Group')?.keys().toSorted()),
    texts: (path, name) => damaged(where, () => textsOf(find(path, 'Group'), name)),
    tensor(path) {
      const { shape, value } = damaged(where, () => {
        const found = find(path, 'Dataset');
        return { shape: found?.shape, value: found?.value };
      });
      if (!shape) return undefined;
      if (value instanceof Float32Array) return { shape, values: value };
      if (value instanceof Float64Array) return { shape, values: Float32Array.from(value) };
      const received = value?.constructor.name ?? 'nothing';
      throw new WeightsError({ where: `${where}: '${path}'`, expected: 'float32 or float64 values', received });
    },
  };
}

/** Keras cuts a list that is too long for one attribute into `<name>0`, `<name>1`, …. */
function textsOf(group: H5wasm.Group | undefined, name: string): string[] | undefined {
  const { attrs = {} } = group ?? {};
  const pieces = name in attrs ? [name] : [];
  for (let i = 0; `${name}${i}` in attrs; i++) pieces.push(`${name}${i}`);
  if (pieces.length === 0) return undefined;
  return pieces.flatMap((piece) => {
    const { value } = attrs[piece]!;
    return typeof value === 'string' ? [value] : Array.from((value ?? []) as ArrayLike<unknown>, String);
  });
}

function writer(file: H5wasm.File): Hdf5Writer {
  const group = (path: string) => {
    let at: H5wasm.Group = file;
    for (const name of path.split('/').filter(Boolean))
      at = (at.get(name) as H5wasm.Group | null) ?? at.create_group(name);
    return at;
  };
  return {
    attribute: (path, name, value) => group(path).create_attribute(name, value as string | string[]),
    tensor(path, { shape, values }) {
      const cut = path.lastIndexOf('/');
      const [parent, name] = [path.slice(0, Math.max(0, cut)), path.slice(cut + 1)];
      group(parent).create_dataset({ name, data: values, shape: [...shape], dtype: '<f4' });
    },
  };
}
