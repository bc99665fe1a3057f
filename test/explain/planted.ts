import type * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../../src/data/batches';
import { createShallowCnn } from '../../src/models/shallow';
import { Random } from '../../src/random';
import { train } from '../../src/train/train';

/** Side of the images. */
export const SIDE = 16;

/** Card of a model from {@link trainOnQuadrant}. */
export const PLANTED_CARD = {
  name: 'planted',
  architecture: 'shallow',
  classNames: ['without', 'with'],
  preprocessing: { inputSize: [SIDE, SIDE], mean: 0.3, std: 0.25 },
} as const;

/** A quarter of the image: 0 top left, 1 top right, 2 bottom left, 3 bottom right. */
export type Quadrant = 0 | 1 | 2 | 3;

/** Noise with a bright square of 3 × 3 pixels in some quadrants, each at a random place within. */
function draw(random: Random, hasSquare: readonly boolean[]): Uint8Array {
  const pixels = new Uint8Array(SIDE * SIDE).map(() => random.integer(80));
  hasSquare.forEach((wanted, quadrant) => {
    const top = 8 * Math.floor(quadrant / 2) + 1 + random.integer(4);
    const left = 8 * (quadrant % 2) + 1 + random.integer(4);
    if (!wanted) return;
    for (let y = top; y < top + 3; y++) pixels.fill(220, y * SIDE + left, y * SIDE + left + 3);
  });
  return pixels;
}

/** An image with a square in every quadrant, so that only the model knows which of them counts. */
export function allSquares(seed: number): Uint8Array {
  return draw(new Random(seed, 1), [true, true, true, true]);
}

/** A small model that tells whether a quadrant holds a square, whatever the other three hold. The caller's. */
export async function trainOnQuadrant(quadrant: Quadrant): Promise<tfl.LayersModel> {
  const model = createShallowCnn({
    seed: 1,
    inputSize: [SIDE, SIDE],
    conv: { filters: [6, 8], dropout: 0 },
    dense: { units: [16], dropout: 0 },
    classNames: PLANTED_CARD.classNames,
  });
  const random = new Random(7);
  const hasSquare = Array.from({ length: 256 }, () => [0, 1, 2, 3].map(() => random.integer(2) === 1));
  const data: LabeledImages = {
    images: Uint8Array.from(hasSquare.flatMap((each) => [...draw(random, each)])),
    labels: Uint8Array.from(hasSquare, (each) => Number(each[quadrant])),
    targets: undefined,
    sampleWeights: undefined,
    size: hasSquare.length,
    height: SIDE,
    width: SIDE,
    channels: 1,
    numClasses: 2,
  };
  await train(model, data, {
    epochs: 8,
    batchSize: 32,
    preprocessing: PLANTED_CARD.preprocessing,
    optimization: { optimizer: 'adam', learningRate: 0.01 },
  });
  return model;
}

/** Share of a map's sum that lies in a quadrant. */
export function shareIn(quadrant: Quadrant, map: ArrayLike<number>): number {
  const values = Array.from(map);
  const inside = values.filter(
    (_, i) => 2 * Math.floor(i / SIDE / (SIDE / 2)) + Math.floor((i % SIDE) / (SIDE / 2)) === quadrant,
  );
  const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
  return sum(inside) / sum(values);
}
