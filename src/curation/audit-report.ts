/** One image in an audit. */
export interface AuditedImage {
  /** The name of FER2013's split, or of the part that was passed. */
  split: string;
  /** Its row in the file, as in `Dataset.rows`. */
  row: number;
  /** Its label; 255 if unknown. */
  label: number;
  /** The name of its class, if the label is known. */
  className: string | undefined;
  /** The name of its file, if it has one. */
  name: string | undefined;
}

/** The number of images that two splits share. */
export interface SplitOverlap {
  /** The later split. */
  split: string;
  /** The earlier split. */
  other: string;
  /** The number of images of `split` that are also in `other`. */
  images: number;
}

/** The input of a {@link DatasetAudit}. */
export interface AuditFindings {
  /** All images. */
  images: readonly AuditedImage[];
  /** The constant ones. */
  constant: readonly AuditedImage[];
  /** All images in groups of equal ones, including groups of one. */
  groups: readonly (readonly AuditedImage[])[];
  /** The names of the splits. The last one keeps an image that is in several splits. */
  order: readonly string[];
}

const LISTED = 10;

/**
 * The result of `auditDataset`. A group contains all images with identical pixels, in the order of the data.
 *
 * @example
 * ```ts
 * const audit = auditDataset({ Training: dataset.where('Training'), PublicTest: dataset.where('PublicTest') });
 * console.log(audit.duplicates.length, audit.toMarkdown());
 * ```
 */
export class DatasetAudit {
  /** The number of images. */
  readonly size: number;
  /** The number of images in each split, in the order of the splits. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Images whose pixels all have one value. */
  readonly constant: readonly AuditedImage[];
  /** Groups of two or more equal images. */
  readonly duplicates: readonly (readonly AuditedImage[])[];
  /** Groups whose images have different labels. Unknown labels are ignored. */
  readonly conflicting: readonly (readonly AuditedImage[])[];
  /** Groups with images in more than one split. */
  readonly shared: readonly (readonly AuditedImage[])[];
  /** The number of images beyond the first of each group. */
  readonly copies: number;
  /** The number of copies within each split. */
  readonly copiesWithin: Readonly<Record<string, number>>;
  /** The number of shared images for each pair of splits that has any. */
  readonly overlaps: readonly SplitOverlap[];
  /**
   * Rows to remove for a clean data set, ascending: all constant images, all images of groups with different labels, and all but one
   * image of each other group. The remaining image is the first one in the last split, so that test splits keep theirs.
   */
  readonly rowsToDrop: readonly number[];

  /** @param findings The findings. */
  constructor({ images, constant, groups, order }: AuditFindings) {
    const splits = order.filter((split) => images.some((image) => image.split === split));
    this.size = images.length;
    this.sizes = tally(splits, (split) => images.filter((image) => image.split === split).length);
    this.constant = constant;
    this.duplicates = groups.filter((group) => group.length > 1);
    this.conflicting = this.duplicates.filter((group) => classesOf(group).size > 1);
    this.shared = this.duplicates.filter((group) => new Set(group.map(({ split }) => split)).size > 1);
    this.copies = images.length - groups.length;
    const distinct = (split: string): number => groups.filter((group) => stands(group, split)).length;
    this.copiesWithin = tally(splits, (split) => this.sizes[split]! - distinct(split));
    this.overlaps = findOverlaps(splits, this.shared);
    this.rowsToDrop = this.#findRowsToDrop(splits);
  }

  /** Returns the findings as plain data. */
  toJSON(): object {
    return { ...this };
  }

  /** The same as {@link DatasetAudit.toMarkdown}. */
  toString(): string {
    return this.toMarkdown();
  }

  /** Formats the findings as Markdown: a table of counts, and the first ten findings of each kind. */
  toMarkdown(): string {
    const hasSplits = Object.keys(this.sizes).join() !== 'unknown'; // as a folder without splits has it
    const sizes = Object.entries(this.sizes).map(([split, size]) => `${split} ${number(size)}`);
    const within = Object.entries(this.copiesWithin).map(([split, n]) => `| Copies within ${split} | ${number(n)} |`);
    const overlaps = this.overlaps.map(
      ({ split, other, images }) => `| Images of ${split} that are also in ${other} | ${number(images)} |`,
    );
    return [
      '# Data set audit',
      '',
      `${number(this.size)} images${hasSplits ? ` (${sizes.join(', ')})` : ''}.`,
      '',
      '| Finding | Count |',
      '| --- | ---: |',
      `| Constant images | ${number(this.constant.length)} |`,
      `| Exact copies (beyond the first of each image) | ${number(this.copies)} |`,
      ...(hasSplits ? within : []),
      ...overlaps,
      `| Groups of equal images | ${number(this.duplicates.length)} |`,
      `| Groups with different labels | ${number(this.conflicting.length)} |`,
      `| Groups in two or more splits | ${number(this.shared.length)} |`,
      `| Rows to drop | ${number(this.rowsToDrop.length)} |`,
      ...section('Constant images', this.constant.map(name)),
      ...section('Equal images with different labels', this.conflicting.map(names)),
      ...section('Images in two or more splits', this.shared.map(names)),
      ...section('All groups of equal images', this.duplicates.map(names)),
      '',
    ].join('\n');
  }

  #findRowsToDrop(splits: readonly string[]): number[] {
    const drop = new Set<AuditedImage>([...this.constant, ...this.conflicting.flat()]);
    for (const group of this.duplicates) {
      const last = Math.max(...group.map(({ split }) => splits.indexOf(split)));
      const kept = group.find(({ split }) => split === splits[last]);
      for (const image of group) if (image !== kept) drop.add(image);
    }
    return [...new Set(Array.from(drop, ({ row }) => row))].sort((a, b) => a - b);
  }
}

function findOverlaps(splits: readonly string[], shared: readonly (readonly AuditedImage[])[]): SplitOverlap[] {
  const overlaps: SplitOverlap[] = [];
  for (const [s, split] of splits.entries()) {
    for (const other of splits.slice(0, s)) {
      const both = shared.filter((group) => stands(group, other));
      const images = both.flat().filter((image) => image.split === split).length;
      if (images > 0) overlaps.push({ split, other, images });
    }
  }
  return overlaps;
}

function stands(group: readonly AuditedImage[], split: string): boolean {
  return group.some((image) => image.split === split);
}

function classesOf(group: readonly AuditedImage[]): Set<string> {
  return new Set(group.flatMap(({ className }) => className ?? []));
}

function tally(splits: readonly string[], count: (split: string) => number): Record<string, number> {
  return Object.fromEntries(splits.map((split) => [split, count(split)]));
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > LISTED ? [`- and ${number(lines.length - LISTED)} more`] : [];
  return ['', `## ${title}`, '', ...lines.slice(0, LISTED).map((line) => `- ${line}`), ...rest];
}

function names(group: readonly AuditedImage[]): string {
  return group.map(name).join('; ');
}

function name({ split, row, className, name }: AuditedImage): string {
  const of = [...(split === 'unknown' ? [] : [split]), className ?? 'no label'];
  return `${name ?? `row ${row}`} (${of.join(', ')})`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
