import { cosine, type CnnOptions, type ModelName, type TrainOptions } from 'fer-cnn';

/** How the bundled weights were trained: everything but data, seed, checkpoint and callbacks. */
export interface Recipe {
  /** Epochs of the bundled weights. */
  epochs: number;
  /** The recipe in words, for the card. */
  description: string;
  /** Options of the network besides its seed. */
  network: CnnOptions;
  /** `peak` is another maximum rate than the recipe's. */
  options: (epochs: number, peak?: number) => Omit<TrainOptions, 'epochs'>;
}

/** SGD with a cosine: what the recipes share. */
function sgd(recipe: { peak: number; warmup: number; weightDecay: number }): Recipe['options'] {
  const { warmup, weightDecay } = recipe;
  return (epochs, peak = recipe.peak) => ({
    batchSize: 128,
    augment: { flip: 0.5, affine: { rotate: 8, scale: 0.08, shift: 0.07 }, contrast: 0.15 },
    loss: { labelSmoothing: 0.05 },
    optimization: {
      learningRate: cosine({ peak, epochs, warmup: Math.min(warmup, epochs / 8) }),
      weightDecay,
      clipNorm: 5,
      averaging: 0.998,
    },
  });
}

const SHARED =
  'SGD with Nesterov momentum .9, batch 128, cosine to 0 after the warm-up, gradient norm up to 5, label smoothing .05, flip, rotation up to ' +
  '8°, scale ± 8 %, shift ± 7 %, contrast ± 15 %, EMA of the weights with decay .998';

/** One recipe for each model. */
export const RECIPES: Record<ModelName, Recipe> = {
  shallow: {
    epochs: 24,
    network: { conv: { dropout: 0.05 }, dense: { dropout: 0.3 } },
    description: `${SHARED}; rate .05 with two epochs of warm-up, weight decay 2e-4 on kernels, dropout .05 and .3`,
    options: sgd({ peak: 0.05, warmup: 2, weightDecay: 2e-4 }),
  },
  deep: {
    epochs: 25,
    network: { conv: { dropout: 0.1 }, dense: { dropout: 0.25 } },
    description: `${SHARED}; rate .05 with one epoch of warm-up, weight decay 5e-4 on kernels, dropout .1 and .25`,
    options: sgd({ peak: 0.05, warmup: 1, weightDecay: 5e-4 }),
  },
  compact: {
    epochs: 72,
    network: {},
    description:
      'SGD with Nesterov momentum .9, batch 128, rate .08 with three epochs of warm-up, cosine to 0, weight decay 5e-4 on kernels, gradient ' +
      'norm up to 5, label smoothing .05, flip, rotation up to 10°, scale ± 10 %, shift ± 8 %, contrast ± 20 %, erasing of up to a fifth ' +
      'for 15 % of the images, images of 32 px for 40 % and of 40 px for another 30 % of the epochs, EMA of the weights with decay .998',
    options: (epochs, peak = 0.08) => ({
      batchSize: 128,
      augment: {
        flip: 0.5,
        affine: { rotate: 10, scale: 0.1, shift: 0.08 },
        contrast: 0.2,
        erase: { probability: 0.15 },
      },
      curriculum: {
        sizes: [
          { until: 0.4, size: 32 },
          { until: 0.7, size: 40 },
        ],
      },
      loss: { labelSmoothing: 0.05 },
      optimization: {
        learningRate: cosine({ peak, epochs, warmup: Math.min(3, epochs / 8) }),
        weightDecay: 5e-4,
        clipNorm: 5,
        averaging: 0.998,
      },
    }),
  },
};
