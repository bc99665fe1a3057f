import { within } from '../errors';
import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from '../classify/classifier';
import type { FaceDetector } from '../faces/detector';
import { FOUND, usableFaces } from '../faces/detector';
import { openPhoto } from '../faces/photo';
import { preprocess } from '../image/preprocess';
import { checkValues } from '../image/range';
import { type ImageSource, readCrops, readImages } from '../image/read';
import type { FaceRegion, Margins } from '../image/region';
import type { ShownFace } from './samples';

/** How faces are read. */
export interface FaceReading {
  /** The function that was called, for messages. */
  readonly where: string;
  /** The base. */
  readonly classifier: Classifier;
  readonly detector?: FaceDetector | undefined;
  readonly keepImages: boolean;
  /** Where the face is, if that is known. */
  readonly region?: FaceRegion | undefined;
  readonly margin?: number | Margins | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images of a batch whose vectors are computed at once. */
const BATCH = 64;

/**
 * The vectors of the faces in an image or a batch, and the faces in bytes if they are kept.
 *
 * @param input One image, or a batch if no detector and no region tells where the face is; borrowed.
 * @param reading The base and how to find the face.
 * @returns One entry per image; empty if the detector finds no face.
 */
export async function readFaces(input: ImageSource, reading: FaceReading): Promise<ShownFace[]> {
  const { where, detector, region, signal } = reading;
  if (!detector || region) {
    if (input instanceof tf.Tensor) await checkValuesOf(where, input);
    return embed(input, region && [region], reading);
  }
  const photo = await openPhoto(input, where);
  try {
    const found = await detector.detect(photo, { signal });
    signal?.throwIfAborted();
    const [face] = usableFaces(`${where}: ${FOUND}`, found, [photo.height, photo.width]);
    if (!face) return [];
    const regions = [{ box: face.box, landmarks: face.landmarks }];
    return await embed(photo.content, regions, reading);
  } finally {
    photo.dispose();
  }
}

/** Throws unless the pixels are in 0..255. */
async function checkValuesOf(where: string, input: tf.Tensor): Promise<void> {
  const images = await within(where, () => readImages(input));
  try {
    await within(where, () => checkValues(images));
  } finally {
    images.dispose();
  }
}

async function embed(
  input: ImageSource,
  regions: readonly FaceRegion[] | undefined,
  { where, classifier, keepImages, margin, signal }: FaceReading,
): Promise<ShownFace[]> {
  const { inputSize, channels = 1 } = classifier.card.preprocessing;
  const images = await within(where, () =>
    regions ? readCrops(input, regions, channels, { size: inputSize, margin }) : readImages(input, { signal }),
  );
  const shown: ShownFace[] = [];
  try {
    for (let from = 0; from < images.shape[0]; from += BATCH) {
      signal?.throwIfAborted();
      const faces = tf.tidy(() => {
        const part = tf.slice(images, from, Math.min(BATCH, images.shape[0] - from));
        return preprocess(part, { inputSize, channels, mean: 0, std: 1 / 255 }); // [k, h, w, channels], 0..255
      });
      try {
        const vectors = await classifier.embed(faces);
        const pixels = keepImages ? Uint8Array.from(await faces.data(), Math.round) : undefined;
        const length = inputSize[0] * inputSize[1] * channels;
        vectors.forEach((vector, i) => {
          const data = pixels?.slice(i * length, (i + 1) * length);
          shown.push({ vector, ...(data && { image: { data, width: inputSize[1], height: inputSize[0], channels } }) });
        });
      } finally {
        faces.dispose();
      }
    }
    return shown;
  } finally {
    images.dispose();
  }
}
