/**
 * One image in an audit.
 *
 * @example
 * ```ts
 * const placeOf = ({ split, row }: AuditedImage) => `${split}, row ${row}`;
 * console.log(auditDataset(dataset).constant.map(placeOf));
 * ```
 */
export interface AuditedImage {
  /** Its split: the name of FER2013's split, or of the part that was passed. */
  split: string;
  /** Its row in the file, as in `Dataset.rows`. */
  row: number;
  /** Its label, or 255 if unknown. */
  label: number;
  /** The name of its class, if its label is known. */
  className: string | undefined;
  /** Name of its file, if it has one. */
  name: string | undefined;
}

/**
 * How many images of one split stand in another split too.
 *
 * @example
 * ```ts
 * const { overlaps } = auditDataset({ training, validation });
 * for (const { split, other, images } of overlaps as SplitOverlap[]) console.log(`${images} of ${split} are in ${other}`);
 * ```
 */
export interface SplitOverlap {
  /** The later split. */
  split: string;
  /** The earlier split. */
  other: string;
  /** Number of images of `split` that stand in `other` too. */
  images: number;
}

/**
 * What a {@link DatasetAudit} is made from.
 *
 * @example
 * ```ts
 * const nothing: AuditFindings = { images: [], constant: [], groups: [], order: ['all'] };
 * new DatasetAudit(nothing).copies; // 0
 * ```
 */
export interface AuditFindings {
  /** All images. */
  images: readonly AuditedImage[];
  /** The constant ones. */
  constant: readonly AuditedImage[];
  /** All images by equality, groups of one included. */
  groups: readonly (readonly AuditedImage[])[];
  /** Names of the splits; of an image in several of them, the last one keeps it. */
  order: readonly string[];
}

const LISTED = 10;

/**
 * The findings of `auditDataset`. A group holds all images that are equal in every pixel, in the order of the data.
 *
 * @example
 * ```ts
 * const audit = auditDataset({ Training: dataset.where('Training'), PublicTest: dataset.where('PublicTest') });
 * console.log(audit.duplicates.length, audit.toMarkdown());
 * ```
 */
export class DatasetAudit {
  /** Number of images. */
  readonly size: number;
  /** Number of images in each split, earliest split first. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Images whose pixels all have one value. */
  readonly constant: readonly AuditedImage[];
  /** Groups of two and more equal images. */
  readonly duplicates: readonly (readonly AuditedImage[])[];
  /** Those of the groups whose images have different labels; an unknown label differs from none. */
  readonly conflicting: readonly (readonly AuditedImage[])[];
  /** Those of the groups whose images stand in more than one split. */
  readonly shared: readonly (readonly AuditedImage[])[];
  /** Images beyond the first of each group: what would go if every image stood once. */
  readonly copies: number;
  /** The same counted within each split by itself. */
  readonly copiesWithin: Readonly<Record<string, number>>;
  /** For each two splits that share images, how many. */
  readonly overlaps: readonly SplitOverlap[];
  /**
   * Rows whose removal leaves a clean set, ascending: all constant images; all images of a group with different labels;
   * and of each other group all but the first in its last split, so that a training split gives way to the test split
   * that shares the image.
   */
  readonly rowsToDrop: readonly number[];

  /** @param findings What was found. */
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

  /** The findings as plain data for JSON. */
  toJSON(): object {
    return { ...this };
  }

  /** The findings as text; the same as {@link DatasetAudit.toMarkdown}. */
  toString(): string {
    return this.toMarkdown();
  }

  /** The findings as a Markdown document: a table of numbers and the first ten of each kind. */
  toMarkdown(): string {
    const sizes = Object.entries(this.sizes).map(([split, size]) => `${split} ${number(size)}`);
    const within = Object.entries(this.copiesWithin).map(([split, n]) => `| Copies within ${split} | ${number(n)} |`);
    const overlaps = this.overlaps.map(
      ({ split, other, images }) => `| Images of ${split} that stand in ${other} too | ${number(images)} |`,
    );
    return [
      '# Data set audit',
      '',
      `${number(this.size)} images (${sizes.join(', ')}).`,
      '',
      '| Finding | Number |',
      '| --- | ---: |',
      `| Constant images | ${number(this.constant.length)} |`,
      `| Exact copies (beyond the first of each image) | ${number(this.copies)} |`,
      ...within,
      ...overlaps,
      `| Groups of equal images | ${number(this.duplicates.length)} |`,
      `| Groups with different labels | ${number(this.conflicting.length)} |`,
      `| Groups that stand in two splits | ${number(this.shared.length)} |`,
      `| Rows to drop | ${number(this.rowsToDrop.length)} |`,
      ...section('Constant images', this.constant.map(name)),
      ...section('Equal images with different labels', this.conflicting.map(names)),
      ...section('Images that stand in two splits', this.shared.map(names)),
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
  return `${name ?? `row ${row}`} (${split}, ${className ?? 'no label'})`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
