import type * as H5wasm from 'h5wasm';
import { weightsError } from '../errors';
import { checkTexts } from './hdf5-checks';
import { damaged, loadH5wasm, type Module, textsOf, withFile } from './h5wasm';

/** A tensor of an HDF5 file. */
export interface Hdf5Tensor {
  /** Length of each axis. */
  shape: readonly number[];
  /** The values, row-major. */
  values: Float32Array;
}

/** A tensor that is not read yet: what the file claims its shape to be must be looked at before memory is taken for it. */
export interface StoredTensor {
  /** Length of each axis. */
  shape: readonly number[];
  /** Reads the values, row-major. Only while the file is open. */
  read(): Float32Array;
}

/** What can be asked of an HDF5 file that is open. Paths have no leading slash; `''` is the root. */
export interface Hdf5Reader {
  /** The names in a group, in alphabetical order; undefined if there is no such group. */
  names(path: string): readonly string[] | undefined;
  /** An attribute that holds text, one or a list, possibly cut into pieces as Keras does; undefined if there is none. */
  texts(path: string, attribute: string): readonly string[] | undefined;
  /** A tensor of floating-point numbers; undefined if there is none. */
  tensor(path: string): StoredTensor | undefined;
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
 * @param bytes The file; borrowed.
 * @param use Takes from it what is wanted; the file is open only while it runs.
 * @returns What `use` returns.
 * @throws {@link WeightsError} if the file is damaged; {@link FerError} if h5wasm is not installed; what `use` throws.
 */
export function readHdf5<T>(bytes: Uint8Array, use: (file: Hdf5Reader) => T): Promise<T> {
  return withFile('r', bytes, (file, module) => use(reader(file, module, bytes)));
}

/**
 * Writes an HDF5 file in memory.
 *
 * @param fill Puts in what it is to hold.
 * @throws {@link FerError} if h5wasm is not installed.
 */
export async function writeHdf5(fill: (file: Hdf5Writer) => void): Promise<Uint8Array> {
  let path: string | undefined;
  const { module } = await loadH5wasm();
  try {
    await withFile('w', undefined, (file) => {
      path = file.filename;
      fill(writer(file));
    });
    return Uint8Array.from(module.FS.readFile(path!) as Uint8Array);
  } finally {
    if (path !== undefined) module.FS.unlink(path); // undefined if it could not be opened
  }
}

type Entity = H5wasm.Group & H5wasm.Dataset;

function reader(file: H5wasm.File, module: Module, bytes: Uint8Array): Hdf5Reader {
  const find = (path: string, type: 'Group' | 'Dataset') => {
    const found = (path === '' ? file : file.get(path)) as Entity | null;
    return found?.type === type ? found : undefined;
  };
  const checked = new Set<string>();
  const text = (group: H5wasm.Group, name: string) => {
    if (!checked.has(name)) checkTexts(bytes, name);
    checked.add(name);
    return textsOf(module, group, name, bytes.length);
  };
  return {
    names: (path) => damaged(() => find(path, 'Group')?.keys().slice().sort()),
    texts(path, name) {
      return damaged(() => {
        const group = find(path, 'Group');
        if (!group) return undefined;
        const pieces = piecesOf(module.get_attribute_names(group.file_id, group.path), name);
        if (pieces.length > 0) return pieces.flatMap((piece) => text(group, piece));
      });
    },
    tensor(path) {
      const found = damaged(() => find(path, 'Dataset'));
      if (!found) return undefined;
      const { type, size, shape, virtual_sources: elsewhere } = damaged(() => found.metadata);
      if (type === module.H5T_class_t.H5T_FLOAT.value && (size === 4 || size === 8) && shape && !elsewhere) {
        const read = () => damaged(() => found.value as ArrayLike<number> | number);
        return {
          shape,
          read: () => Float32Array.from(shape.length === 0 ? [read() as number] : (read() as ArrayLike<number>)),
        };
      }
      const received = elsewhere ? 'values of other files' : 'others';
      throw weightsError(`: '${path}'`, 'float32 or float64 values', received);
    },
  };
}

/** Keras cuts a list that is too long for one attribute into `<name>0`, `<name>1`, …. */
function piecesOf(names: readonly string[], name: string): string[] {
  const pieces = names.includes(name) ? [name] : [];
  for (let i = 0; names.includes(`${name}${i}`); i++) pieces.push(`${name}${i}`);
  return pieces;
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
