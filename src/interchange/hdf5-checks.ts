/**
 * Checks that HDF5 does not make before it allocates memory or starts to read, so that a damaged file costs neither. Offsets and sizes are those of
 * the HDF5 file format specification, version 3.
 */

/** The offsets of a byte string in a file. */
function* placesOf(bytes: Uint8Array, text: string): Generator<number> {
  const wanted = Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((value, i) => bytes[at + i] === value)) yield at;
  }
}

/** Little-endian numbers at any place; zero behind the end. */
function numbersOf(bytes: Uint8Array): Record<'uint16' | 'uint32', (at: number) => number> {
  const uint16 = (at: number) => (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  return { uint16, uint32: (at) => uint16(at) + 65536 * uint16(at + 2) };
}

const HEADER = 16; // bytes, of a heap and of each object in it

/**
 * Throws if HDF5 would read one of the file's global heaps, where strings are, forever: when an object in it is zero bytes long, modulo 2^32, the
 * next object is the same again.
 */
export function checkHeaps(bytes: Uint8Array): void {
  const { uint16, uint32 } = numbersOf(bytes);
  for (const heap of placesOf(bytes, 'GCOL\x01')) {
    const end = Math.min(heap + uint32(heap + 8), bytes.length);
    for (let object = heap + HEADER, step; object + HEADER <= end; object += step) {
      const size = uint32(object + 8);
      step = uint16(object) === 0 ? size : (HEADER + 8 * Math.ceil(size / 8)) % 2 ** 32;
      if (step === 0) throw new Error(`an object of no length at byte ${object}`);
    }
  }
}

const VARIABLE_LENGTH = 9; // class of datatype
const REFERENCE = 16; // bytes: the length of a string, the address of its heap, and its number there

/** Throws if a string of an attribute claims to be longer than the file. */
export function checkTexts(bytes: Uint8Array, name: string): void {
  const { uint16, uint32 } = numbersOf(bytes);
  for (const at of placesOf(bytes, `${name}\0`)) {
    for (const [version, message, unit] of [
      [1, at - 8, 8],
      [2, at - 8, 1],
      [3, at - 9, 1],
    ] as const) {
      if (bytes[message] !== version || uint16(message + 2) !== name.length + 1) continue;
      const [type, space, values] = [2, 4, 6]
        .reduce((ends, field) => [...ends, ends.at(-1)! + Math.ceil(uint16(message + field) / unit) * unit], [at])
        .slice(1) as [number, number, number];
      if (bytes[type]! % 16 !== VARIABLE_LENGTH) continue;
      const rank = bytes[space + 1] ?? 0;
      const lengths = space + (bytes[space] === 1 ? 8 : 4);
      const count = Array.from({ length: rank }, (_, i) => uint32(lengths + 8 * i)).reduce((a, b) => a * b, 1);
      for (let i = 0; i < count && values + i * REFERENCE < bytes.length; i++) {
        const length = uint32(values + i * REFERENCE);
        if (length > bytes.length) throw new Error(`a string of ${length} bytes in '${name}'`);
      }
    }
  }
}
