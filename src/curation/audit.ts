import { inputError } from '../errors';
import { SPLITS } from '../labels';
import { describe } from '../validate';
import type { AuditedImage } from './audit-report';
import { DatasetAudit } from './audit-report';
import { ImageIndex, pixelsOf } from '../data/copies';
import { Dataset } from '../data/dataset';
import { splitName } from '../data/split-names';

/**
 * Looks for what spoils a data set: constant images, images that stand in it more than once, copies with different
 * labels, and images that stand in two splits. Copies are equal in every pixel.
 *
 * @param data A data set, whose splits are those of FER2013, or named parts, for instance of a random split; borrowed.
 * @returns What was found, the rows to drop, and a report to read.
 * @throws InputError if it is neither.
 * @example
 * ```ts
 * const audit = auditDataset(dataset);
 * console.log(audit.toMarkdown());
 * const clean = dataset.withoutRows(audit.rowsToDrop);
 *
 * const [training, validation] = dataset.split();
 * auditDataset({ training, validation }).shared.length; // what a random split leaks
 * ```
 */
export function auditDataset(data: Dataset | Readonly<Record<string, Dataset>>): DatasetAudit {
  const images: AuditedImage[] = [];
  const constant: AuditedImage[] = [];
  const groups: AuditedImage[][] = [];
  const index = new ImageIndex();
  for (const [part, set] of partsOf(data)) {
    for (let i = 0; i < set.size; i++) {
      const split = part ?? splitName(set.splits[i]!);
      const label = set.labels[i]!;
      const image = { split, row: set.rows[i]!, label, className: set.classNames[label], name: set.names?.[i] };
      const pixels = pixelsOf(set, i);
      images.push(image);
      if (pixels.every((pixel) => pixel === pixels[0])) constant.push(image);
      const number = index.add(pixels);
      (groups[number] ??= []).push(image);
    }
  }
  const order = data instanceof Dataset ? ['unknown', ...SPLITS] : Object.keys(data);
  return new DatasetAudit({ images, constant, groups, order });
}

function partsOf(data: Dataset | Readonly<Record<string, Dataset>>): [part: string | undefined, set: Dataset][] {
  if (data instanceof Dataset) return [[undefined, data]];
  const parts = Object.entries(data ?? {});
  if (parts.length > 0 && parts.every(([, set]) => set instanceof Dataset)) return parts;
  throw inputError('auditDataset: data', 'a Dataset or an object of named ones', describe(data));
}
