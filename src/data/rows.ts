/** An array with the same number of values for each image. */
type Numbers = Uint8Array | Float32Array;

/**
 * Copies the values of some images into an array, in the order of the indices.
 *
 * @param from The values of all images; borrowed.
 * @param to The array to fill; its length defines the number of values per image.
 * @returns `to`.
 */
export function copyRows<To extends Numbers>(from: Numbers, indices: ArrayLike<number>, to: To): To {
  const length = to.length / indices.length;
  for (let i = 0; i < indices.length; i++) {
    to.set(from.subarray(indices[i]! * length, (indices[i]! + 1) * length), i * length);
  }
  return to;
}

/** Concatenates one array of each item. */
export function join<Item, Joined extends Uint8Array | Uint32Array | Float32Array>(
  kind: new (length: number) => Joined,
  items: readonly Item[],
  arrayOf: (item: Item) => Joined,
): Joined {
  const arrays = items.map(arrayOf);
  const joined = new kind(arrays.reduce((sum, { length }) => sum + length, 0));
  arrays.reduce((at, array) => (joined.set(array, at), at + array.length), 0);
  return joined;
}

/** One-hot targets of labels, `[size, numClasses]`; all 0 for unknown labels. */
export function oneHot(labels: Uint8Array, numClasses: number): Float32Array {
  const targets = new Float32Array(labels.length * numClasses);
  labels.forEach((label, i) => {
    if (label < numClasses) targets[i * numClasses + label] = 1;
  });
  return targets;
}
