/**
 * Better data out of FER2013: an audit that finds copies and contradictions, and the votes of FER+.
 *
 * @packageDocumentation
 */
export { auditDataset } from './audit';
export type { DatasetAudit } from './audit-report';
export { loadFerPlus } from './ferplus';
export type { FerPlusVotes } from './ferplus';
export { joinFerPlus } from './ferplus-join';
