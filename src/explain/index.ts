/**
 * Heat maps of the evidence for a class.
 *
 * @packageDocumentation
 */
export { explain } from './explain';
export type { ExplainOptions, Explanation } from './explain';
