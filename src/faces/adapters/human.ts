import type * as tf from '@tensorflow/tfjs-core';
import type { Point } from '../../image/region';
import { FerError } from '../../errors';
import type { FaceDetector } from '../detector';
import { having } from '../../schema';
import { mean, withEyes } from './eyes';

/**
 * A face as `Human` from `@vladmandic/human` gives it.
 */
export interface HumanFace {
  /** Left, top, width and height in pixels. */
  box: readonly number[];
  /** How sure the detector is, 0..1. */
  score: number;
  /** Points of the face by name; those of the eyes are used. */
  annotations?: Partial<Record<'leftEye' | 'rightEye', readonly (readonly number[])[]>>;
}

/**
 * What is used of `Human` from `@vladmandic/human`.
 */
export interface HumanLike {
  /** Finds faces, among other things. */
  detect(input: tf.Tensor3D): Promise<{ face?: readonly HumanFace[]; error?: string | null | undefined }>;
}

/**
 * The face detector of [`@vladmandic/human`](https://www.npmjs.com/package/@vladmandic/human), which brings its model with it.
 *
 * @param human A `Human` whose `face.detector` is on; the rest may be off. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @throws InputError if it is no such detector; in `detect` FerError with the error that Human's result holds.
 * @example
 * ```ts
 * const faces = createFaceClassifier({ detector: fromHuman(human) });
 * ```
 */
export function fromHuman(human: HumanLike): FaceDetector {
  having<HumanLike>('detect', 'a Human of @vladmandic/human')('fromHuman', human);
  return {
    async detect({ pixels }) {
      const { face = [], error } = await human.detect(pixels);
      if (error) {
        const remedy = 'Look at the configuration of Human and its models.';
        throw new FerError({ where: 'fromHuman: detect', expected: 'faces', received: `the error "${error}"`, remedy });
      }
      return face.map(({ box: [x, y, width, height], score, annotations }) => {
        const eyes = [annotations?.leftEye, annotations?.rightEye].map((points) => points?.map(toPoint) ?? []);
        return withEyes(
          { box: { x: x!, y: y!, width: width!, height: height! }, score },
          mean(eyes[0]!),
          mean(eyes[1]!),
        );
      });
    },
  };
}

function toPoint([x, y]: readonly number[]): Point {
  return [x!, y!];
}
