/**
 * What in a picture speaks for a class, as a tensor and as a heat map.
 *
 * @packageDocumentation
 */
export { explain } from './explain';
export type { ExplainOptions, Explanation } from './explain';
