import { inputError } from '../errors';
import { USAGES } from '../labels';
import { describe } from '../validate';
import type { AuditedImage } from './audit-report';
import { DatasetAudit } from './audit-report';
import { ImageIndex, pixelsOf } from '../data/copies';
import { FerDataset } from '../data/dataset';
import { usageName } from '../data/usage';

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
export function auditDataset(data: FerDataset | Readonly<Record<string, FerDataset>>): DatasetAudit {
  const images: AuditedImage[] = [];
  const constant: AuditedImage[] = [];
  const groups: AuditedImage[][] = [];
  const index = new ImageIndex();
  for (const [part, set] of partsOf(data)) {
    for (let i = 0; i < set.size; i++) {
      const split = part ?? usageName(set.usage[i]!);
      const image = { split, row: set.rows[i]!, label: set.labels[i]!, name: set.names?.[i] };
      const pixels = pixelsOf(set, i);
      images.push(image);
      if (pixels.every((pixel) => pixel === pixels[0])) constant.push(image);
      const number = index.add(pixels);
      (groups[number] ??= []).push(image);
    }
  }
  const order = data instanceof FerDataset ? ['unknown', ...USAGES] : Object.keys(data);
  return new DatasetAudit({ images, constant, groups, order });
}

function partsOf(
  data: FerDataset | Readonly<Record<string, FerDataset>>,
): [part: string | undefined, set: FerDataset][] {
  if (data instanceof FerDataset) return [[undefined, data]];
  const parts = Object.entries(data ?? {});
  if (parts.length > 0 && parts.every(([, set]) => set instanceof FerDataset)) return parts;
  throw inputError('auditDataset: data', 'a FerDataset or an object of named ones', describe(data));
}
