/** An image that was classified without a box; sizes in pixels. */
export interface WholeImage {
  file: string;
  width: number;
  height: number;
}

/** Longer side in pixels up to which an image without --box can well be the crop of a face. */
const MAX_SIDE = 256;

/** Longer by shorter side up to which it can: faces are about as high as wide, and so are the images of FER2013. */
const MAX_ASPECT = 1.3;

/**
 * What to say about images that were classified as one face each and may well show more than a face. It says what was done and what else
 * can be done, not that the answer is wrong: a face can fill a large image too.
 *
 * @param images What was classified without a box.
 * @returns One line, or undefined if all of them look like crops of faces.
 */
export function hintFor(images: readonly WholeImage[]): string | undefined {
  const [first, ...others] = images.filter(({ width, height }) => {
    const longer = Math.max(width, height);
    return longer > MAX_SIDE || longer > MAX_ASPECT * Math.min(width, height);
  });
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const { file, width, height } = first;
  return (
    `Hint: ${file} (${width} × ${height} pixels)${more}: the whole image was taken as one face. If it shows more than the face, ` +
    'say where that is with --box X,Y,W,H, or let a detector find it (createFaceClassifier of fer-cnn/faces).'
  );
}
