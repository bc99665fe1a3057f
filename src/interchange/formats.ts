/** How files begin that are taken for models of Keras, what they are, and the way out. */
const BEGINNINGS: readonly (readonly [beginning: string | RegExp, what: string, remedy: string])[] = [
  [
    /^version https:\/\/git-lfs/,
    'a Git LFS pointer, not the file',
    'Fetch the file itself with: git lfs pull. Or download it from the page of the repository.',
  ],
  [
    /^\s*\{/,
    'JSON, which has no weights',
    'Give the architecture and its weights: { json, weights }, or the path of a model.json with its binary files beside it.',
  ],
  [/^\s*(<!doctype|<html)/i, 'a web page, not the file', 'Download the file itself: the address led to a page.'],
  [
    /^[^]{4}TFL3/,
    'a TensorFlow Lite model',
    'It cannot be turned back into layers: import the Keras file that it was converted from.',
  ],
  ['\x08', 'a SavedModel or ONNX file', 'Load it in Python, save it with model.save("model.keras"), and import that.'],
  ['\x80', 'a file of Python (pickle)', 'Load it in Python and save its model with model.save("model.keras").'],
];

/**
 * What a file is that is no file of Keras, and what to do about it.
 *
 * @param bytes The file, or its first bytes.
 * @returns The two, or undefined if it is not known.
 */
export function otherFormat(bytes: Uint8Array): { what: string; remedy: string } | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const found = BEGINNINGS.find(([beginning]) =>
    typeof beginning === 'string' ? start.startsWith(beginning) : beginning.test(start),
  );
  return found && { what: found[1], remedy: found[2] };
}
