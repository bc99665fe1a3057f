const Z = 1.959963984540054; // 95 % of the normal distribution

/**
 * The 95 % interval of a share, which holds for few images and for shares near 0 and 1 too.
 * Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
 *
 * @param right Number of hits, 0..`all`.
 * @param all Number of trials, at least 1.
 * @returns Both bounds, 0..1.
 */
export function wilsonInterval(right: number, all: number): { low: number; high: number } {
  const share = right / all;
  const center = (share + Z ** 2 / (2 * all)) / (1 + Z ** 2 / all);
  const reach = (Z / (1 + Z ** 2 / all)) * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  return { low: Math.max(0, center - reach), high: Math.min(1, center + reach) };
}
