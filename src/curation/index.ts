/**
 * Tools for better training data: an audit that finds duplicates and conflicting labels, and the votes of FER+.
 *
 * @packageDocumentation
 */
export { auditDataset } from './audit';
export type { DatasetAudit } from './audit-report';
export { loadFerPlus } from './ferplus';
export type { FerPlusVotes } from './ferplus';
export { joinFerPlus } from './ferplus-join';
