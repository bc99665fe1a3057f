import { blur } from './blur';
import type { DamageKind } from './damage';
import { compress } from './jpeg';
import { applyGamma, dim, lightFromSide } from './light';
import { shrink } from './low-resolution';
import { smear } from './motion-blur';
import { addNoise } from './noise';
import { cover } from './bars';

/** The corruptions in the order of an imaging pipeline: light and occlusion, lens, sensor, file. */
export const DAMAGES = {
  gamma: { damage: applyGamma, range: [0.5, 2.4], limits: [0.2, 5] },
  dim: { damage: dim, range: [0.25, 0.9], limits: [0, 1] },
  sideLight: { damage: lightFromSide, range: [0.3, 0.9], limits: [0, 1] },
  bars: { damage: cover, range: [0.05, 0.25], limits: [0, 1] },
  blur: { damage: blur, range: [0.4, 1.6], limits: [0.1, 20] },
  motionBlur: { damage: smear, range: [2, 6], limits: [1, 100] },
  lowResolution: { damage: shrink, range: [0.3, 0.8], limits: [0.05, 1] },
  noise: { damage: addNoise, range: [2, 22], limits: [0, 255] },
  jpeg: { damage: compress, range: [10, 60], limits: [1, 100] },
} as const satisfies Record<string, DamageKind>;

/** The name of a corruption. */
export type DamageName = keyof typeof DAMAGES;

/** The names of the corruptions, in their order. */
export const DAMAGE_NAMES = Object.keys(DAMAGES) as DamageName[];
