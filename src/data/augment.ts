import { inputError } from '../errors';
import type { Random } from '../random';
import { checkNumber, checkOptions, describe } from '../validate';
import type { Batch } from './batches';
import { addNoise, applyGamma, blur, type DamageOptions, damaging, dim, shrink } from './damage';

/**
 * One step of augmentation: changes the batch, which it owns, in place. Steps compose by running one after another; all
 * work on host memory before the upload, so that every backend sees the same pictures for the same seed.
 *
 * @example
 * ```ts
 * const invert: Augmentation = ({ images }) => images.forEach((value, i) => (images[i] = 255 - value));
 * await train(model, dataset, { epochs: 30, augment: invert });
 * ```
 */
export type Augmentation = (batch: Batch, random: Random) => void;

/**
 * Random rotation, scaling and shift, done together with the flip in one bilinear pass; edges are repeated.
 *
 * @example
 * ```ts
 * const affine: AffineOptions = { rotate: 12, scale: 0.15, shift: 0.1 };
 * const augment = createAugmentation({ affine });
 * ```
 */
export interface AffineOptions {
  /** Greatest rotation, in degrees to either side, 0..180. Default 0. */
  rotate?: number;
  /** Greatest change of scale, 0..0.9; 0.15 draws from 0.85 to 1.15. Default 0. */
  scale?: number;
  /** Greatest shift along each axis, as a fraction of the picture's size, 0..1. Default 0. */
  shift?: number;
}

/**
 * Random erasing: a rectangle is filled with one random gray.
 *
 * @example
 * ```ts
 * const erase: EraseOptions = { probability: 0.4, area: [0.02, 0.2] };
 * const augment = createAugmentation({ erase });
 * ```
 */
export interface EraseOptions {
  /** Probability for a picture, 0..1. */
  probability: number;
  /** Least and greatest share of the picture's area, 0..1. Default [0.02, 0.2]. */
  area?: readonly [min: number, max: number];
}

/**
 * Random changes to each training picture. What is left out is off.
 *
 * Sources: random erasing, Zhong et al. 2017 (arXiv:1708.04896); mixup, Zhang et al. 2017 (arXiv:1710.09412).
 *
 * @example
 * ```ts
 * const augment = { flip: 0.5, affine: { rotate: 10, scale: 0.1, shift: 0.08 }, contrast: 0.2, mixup: 0.2 };
 * ```
 */
export interface AugmentOptions {
  /** Probability of a horizontal flip, 0..1. Default 0. */
  flip?: number;
  /** Rotation, scale and shift. Default none. */
  affine?: AffineOptions;
  /** Greatest change of brightness, as a fraction of 255, 0..1. Default 0. */
  brightness?: number;
  /** Greatest change of contrast about the picture's mean, 0..1; 0.3 draws a factor from 0.7 to 1.3. Default 0. */
  contrast?: number;
  /** Random erasing. Default none. */
  erase?: EraseOptions;
  /** Gamma 255 (x / 255)^g, g in `range`, 0.2..5. Default range [0.5, 2.4]. */
  gamma?: DamageOptions;
  /** Too little light: x times a factor in `range`, 0..1. Default [0.25, 0.9]. */
  dim?: DamageOptions;
  /** Gaussian blur, standard deviation in pixels in `range`. Default [0.4, 1.6]. */
  blur?: DamageOptions;
  /** Fewer pixels: down to a share of the size in `range`, 0..1, and up again. Default [0.3, 0.8]. */
  lowResolution?: DamageOptions;
  /** Sensor noise, standard deviation in `range`, of 255. Default [2, 22]. */
  noise?: DamageOptions;
  /** Mixup's alpha, at least 0: pairs of pictures and their targets are mixed by a Beta(alpha, alpha) share. Default 0. */
  mixup?: number;
}

/**
 * Compiles options into one augmentation.
 *
 * @param options What to change and how much.
 * @param where The place named in errors.
 * @returns The augmentation.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * const augment = createAugmentation({ flip: 0.5, contrast: 0.2 });
 * ```
 */
export function createAugmentation(options: AugmentOptions, where = 'createAugmentation'): Augmentation {
  checkAugmentOptions(options, where);
  const { flip = 0, affine, brightness = 0, contrast = 0, erase, mixup = 0 } = options;
  const steps: Augmentation[] = [];
  if (flip > 0 || affine) steps.push(warp(flip, affine ?? {}));
  if (brightness > 0 || contrast > 0) steps.push(relight(brightness, contrast));
  if (erase && erase.probability > 0) steps.push(eraseRectangles(erase));
  const { gamma, dim: dark, blur: blurred, lowResolution, noise } = options;
  if (gamma) steps.push(damaging(gamma, [0.5, 2.4], applyGamma));
  if (dark) steps.push(damaging(dark, [0.25, 0.9], dim));
  if (blurred) steps.push(damaging(blurred, [0.4, 1.6], blur));
  if (lowResolution) steps.push(damaging(lowResolution, [0.3, 0.8], shrink));
  if (noise) steps.push(damaging(noise, [2, 22], addNoise));
  if (mixup > 0) steps.push(mixPairs(mixup));
  return (batch, random) => steps.forEach((step) => step(batch, random));
}

/**
 * An option `augment` as a function: its own, or one made of its options.
 * @throws InputError if it is neither.
 */
export function toAugmentation(where: string, augment: AugmentOptions | Augmentation | undefined) {
  return augment === undefined || typeof augment === 'function' ? augment : createAugmentation(augment, where);
}

function checkAugmentOptions(options: AugmentOptions, where: string): void {
  checkOptions(where, options, ['flip', 'affine', 'brightness', 'contrast', 'erase', 'mixup', 'gamma', 'dim', 'blur', 'lowResolution', 'noise']);
  const { flip = 0, affine = {}, brightness = 0, contrast = 0, erase, mixup = 0 } = options;
  checkNumber(`${where}: flip`, flip, { min: 0, max: 1 });
  checkOptions(`${where}: affine`, affine, ['rotate', 'scale', 'shift']);
  checkNumber(`${where}: affine.rotate`, affine.rotate ?? 0, { min: 0, max: 180 });
  checkNumber(`${where}: affine.scale`, affine.scale ?? 0, { min: 0, max: 0.9 });
  checkNumber(`${where}: affine.shift`, affine.shift ?? 0, { min: 0, max: 1 });
  checkNumber(`${where}: brightness`, brightness, { min: 0, max: 1 });
  checkNumber(`${where}: contrast`, contrast, { min: 0, max: 1 });
  checkNumber(`${where}: mixup`, mixup, { min: 0 });
  if (erase === undefined) return;
  checkOptions(`${where}: erase`, erase, ['probability', 'area']);
  checkNumber(`${where}: erase.probability`, erase.probability, { min: 0, max: 1 });
  const area: unknown = erase.area ?? [0.02, 0.2];
  const [min, max] = Array.isArray(area) ? (area as number[]) : [];
  if (!(typeof min === 'number' && typeof max === 'number' && min >= 0 && max <= 1 && min <= max)) {
    const received = describe(erase.area);
    throw inputError(`${where}: erase.area`, '[min, max] with 0 ≤ min ≤ max ≤ 1', received);
  }
}

function warp(flip: number, { rotate = 0, scale = 0, shift = 0 }: AffineOptions): Augmentation {
  return (batch, random) => {
    const { height, width, channels } = batch;
    const length = height * width * channels;
    const source = new Float32Array(length);
    for (let i = 0; i < batch.size; i++) {
      const mirror = random.next() < flip ? -1 : 1;
      const angle = (random.uniform(-rotate, rotate) * Math.PI) / 180;
      const zoom = 1 / (1 + random.uniform(-scale, scale));
      const dx = random.uniform(-shift, shift) * width;
      const dy = random.uniform(-shift, shift) * height;
      const cos = Math.cos(angle) * zoom;
      const sin = Math.sin(angle) * zoom;
      const target = batch.images.subarray(i * length, (i + 1) * length);
      source.set(target);
      sampleAffine(source, target, height, width, channels, [cos * mirror, sin, dx, -sin * mirror, cos, dy]);
    }
  };
}

/** Bilinear sampling about the centre; `matrix` takes target (x, y, 1) to source x, then to source y. */
function sampleAffine(
  source: Float32Array,
  target: Float32Array,
  height: number,
  width: number,
  channels: number,
  [xx, xy, x1, yx, yy, y1]: readonly [number, number, number, number, number, number],
): void {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = Math.min(Math.max(xx * (x - cx) + xy * (y - cy) + cx + x1, 0), width - 1);
      const sy = Math.min(Math.max(yx * (x - cx) + yy * (y - cy) + cy + y1, 0), height - 1);
      const left = sx | 0;
      const top = sy | 0;
      const fx = sx - left;
      const fy = sy - top;
      const right = left < width - 1 ? channels : 0;
      const below = top < height - 1 ? width * channels : 0;
      let from = (top * width + left) * channels;
      for (let c = 0; c < channels; c++, from++, at++) {
        const upper = source[from]! + fx * (source[from + right]! - source[from]!);
        const lower = source[from + below]! + fx * (source[from + below + right]! - source[from + below]!);
        target[at] = upper + fy * (lower - upper);
      }
    }
  }
}

function relight(brightness: number, contrast: number): Augmentation {
  return (batch, random) => {
    const { channels } = batch;
    const colours = Math.min(channels, 3); // alpha, the fourth, is left alone
    const length = batch.images.length / batch.size;
    for (let i = 0; i < batch.size; i++) {
      const offset = 255 * random.uniform(-brightness, brightness);
      const factor = 1 + random.uniform(-contrast, contrast);
      const picture = batch.images.subarray(i * length, (i + 1) * length);
      let sum = 0;
      for (let p = 0; p < length; p += channels) for (let c = p; c < p + colours; c++) sum += picture[c]!;
      const constant = (sum / ((length / channels) * colours)) * (1 - factor) + offset;
      for (let p = 0; p < length; p += channels) {
        for (let c = p; c < p + colours; c++) picture[c] = Math.min(Math.max(picture[c]! * factor + constant, 0), 255);
      }
    }
  };
}

function eraseRectangles({ probability, area = [0.02, 0.2] }: EraseOptions): Augmentation {
  return (batch, random) => {
    const { height, width, channels } = batch;
    for (let i = 0; i < batch.size; i++) {
      if (random.next() >= probability) continue;
      const pixels = random.uniform(area[0], area[1]) * height * width;
      const aspect = Math.exp(random.uniform(-Math.LN2, Math.LN2)); // height to width from 1:2 to 2:1
      const rows = Math.min(height, Math.max(1, Math.round(Math.sqrt(pixels * aspect))));
      const columns = Math.min(width, Math.max(1, Math.round(Math.sqrt(pixels / aspect))));
      const top = random.integer(height - rows + 1);
      const left = random.integer(width - columns + 1);
      const gray = 255 * random.next();
      for (let y = top; y < top + rows; y++) {
        const start = ((i * height + y) * width + left) * channels;
        for (let p = start; p < start + columns * channels; p += channels) {
          batch.images.fill(gray, p, p + Math.min(channels, 3)); // not alpha
        }
      }
    }
  };
}

function mixPairs(alpha: number): Augmentation {
  return (batch, random) => {
    const partners = random.shuffle(Uint32Array.from({ length: batch.size }, (_, i) => i));
    const shares = Float32Array.from(partners, () => random.beta(alpha));
    blend(batch.images, batch.size, partners, shares);
    blend(batch.targets, batch.size, partners, shares);
    if (batch.teacher) blend(batch.teacher, batch.size, partners, shares);
    if (batch.sampleWeights) blend(batch.sampleWeights, batch.size, partners, shares);
  };
}

/** Row i becomes share i of itself and the rest of its partner's old row. */
function blend(rows: Float32Array, size: number, partners: Uint32Array, shares: Float32Array): void {
  const before = rows.slice();
  const length = rows.length / size;
  for (let i = 0; i < size; i++) {
    const share = shares[i]!;
    const partner = partners[i]! * length;
    for (let p = 0, at = i * length; p < length; p++, at++) {
      rows[at] = share * before[at]! + (1 - share) * before[partner + p]!;
    }
  }
}
