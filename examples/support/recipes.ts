import { cosine, type CnnOptions, type ModelName, type TrainOptions } from 'fer-cnn';

/** How the bundled weights were trained: everything but data, seed, checkpoint and callbacks. */
export interface Recipe {
  /** Epochs of the bundled weights. */
  epochs: number;
  /** The recipe in words, for the card. */
  description: string;
  /** Options of the network besides its seed. */
  network: CnnOptions;
  options: (epochs: number) => Omit<TrainOptions, 'epochs'>;
}

const augment = { flip: 0.5, affine: { rotate: 8, scale: 0.08, shift: 0.07 }, contrast: 0.15 };
const AUGMENTATION = 'flip, rotation up to 8°, scale ± 8 %, shift ± 7 %, contrast ± 15 %';

/** One recipe for each network. */
export const RECIPES: Record<ModelName, Recipe> = {
  shallow: {
    epochs: 30,
    network: { conv: { dropout: 0.1 }, dense: { dropout: 0.4 } },
    description: `SGD with Nesterov momentum .9, batch 128, rate .03 with two epochs of warm-up and a cosine to 0, weight decay 2e-4 on kernels, gradient norm up to 5, dropout .1 and .4, label smoothing .05, ${AUGMENTATION}; average of the weights with decay .998`,
    options: (epochs) => ({
      batchSize: 128,
      augment,
      loss: { labelSmoothing: 0.05 },
      optimization: {
        learningRate: cosine({ peak: 0.03, epochs, warmup: Math.min(2, epochs / 8) }),
        weightDecay: 2e-4,
        clipNorm: 5,
        averaging: 0.998,
      },
    }),
  },
  deep: {
    epochs: 14,
    network: {},
    description: `SGD with Nesterov momentum .9, batch 128, rate .05 with one epoch of warm-up and a cosine to 0, weight decay 5e-4 on kernels, gradient norm up to 5, dropout .25, label smoothing .05, ${AUGMENTATION}; average of the weights with decay .998`,
    options: (epochs) => ({
      batchSize: 128,
      augment,
      loss: { labelSmoothing: 0.05 },
      optimization: {
        learningRate: cosine({ peak: 0.05, epochs, warmup: Math.min(1, epochs / 8) }),
        weightDecay: 5e-4,
        clipNorm: 5,
        averaging: 0.998,
      },
    }),
  },
};
