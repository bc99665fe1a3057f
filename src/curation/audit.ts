import { inputError } from '../errors';
import { SPLITS } from '../labels';
import { describe } from '../validate';
import { type AuditedImage, DatasetAudit } from './audit-report';
import { ImageIndex, pixelsOf } from '../data/copies';
import { Dataset } from '../data/dataset';
import { splitName } from '../data/split-names';

/**
 * Audits a data set: finds constant images, duplicates, duplicates with different labels, and images that are in two splits. Duplicates
 * have identical pixels.
 *
 * @param data A data set with FER2013's splits, or an object of named parts; borrowed.
 * @returns The findings, the rows to remove, and a report in Markdown.
 * @throws InputError if `data` is neither.
 * @example
 * ```ts
 * const audit = auditDataset(dataset);
 * console.log(audit.toMarkdown());
 * const clean = dataset.withoutRows(audit.rowsToDrop);
 *
 * const [training, validation] = dataset.split();
 * auditDataset({ training, validation }).shared.length; // images that the random split leaks
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
  throw inputError('auditDataset: data', 'a Dataset or an object of them', describe(data));
}
