/**
 * For makers of weights: a network stored in few bits, its card, and what it must give. `loadWeights` of `fer-cnn` reads all of it.
 *
 * @packageDocumentation
 */
export { encodeModel } from './encode';
export type { EncodedModel, EncodeOptions } from './encode';
export { checkCardDraft } from './check-card';
export { compareGolden, createGolden } from './golden';
export type { Golden, GoldenDifference, GoldenPicture } from './golden';
