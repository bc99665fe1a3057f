/**
 * Better data out of FER2013: an audit that finds copies and contradictions, and the votes of FER+.
 *
 * @packageDocumentation
 */
export { auditDataset } from './audit';
export { DatasetAudit } from './audit-report';
export type { AuditedImage, AuditFindings, SplitOverlap } from './audit-report';
export { FERPLUS_CHOICES, FERPLUS_LABELS, loadFerPlus } from './ferplus';
export type { FerPlusChoice, FerPlusOptions, FerPlusVotes } from './ferplus';
export { joinFerPlus } from './ferplus-join';
export type { FerPlusJoinOptions } from './ferplus-join';
