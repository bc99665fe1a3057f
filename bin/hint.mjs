/** Longer side in pixels up to which a picture without --box can well be a face cut out by hand or by a detector. */
const LARGEST = 256;

/** Longer by shorter side up to which it can: faces are about as high as wide, and so are the pictures of FER2013. */
const LONGEST = 1.3;

/**
 * What to say of pictures that were classified as one face each, as a whole, and may well show more than a face. It says what was
 * done and what else can be done, not that the answer is wrong: a face can fill a large picture too.
 *
 * @param {readonly { file: string, width: number, height: number }[]} pictures What was classified without a box; sizes in pixels.
 * @returns {string | undefined} One line, or nothing if all of them look like faces that were cut out.
 */
export function hintFor(pictures) {
  const [first, ...others] = pictures.filter(({ width, height }) => {
    const longer = Math.max(width, height);
    return longer > LARGEST || longer > LONGEST * Math.min(width, height);
  });
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const { file, width, height } = first;
  return (
    `Hint: ${file} (${width} × ${height} pixels)${more}: the whole picture was taken as one face. If it shows more than the face, ` +
    'say where that is with --box X,Y,W,H, or let a detector find it (createFaceClassifier of fer-cnn/faces).'
  );
}
