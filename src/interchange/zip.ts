import { missingPackage, WeightsError, weightsError } from '../errors';

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 4)) === 'PK\x03\x04';
}

/** How many times longer than the archive a member may be. Weights hardly shrink, and Keras does not compress. */
const EXPANSION = 100;

/**
 * Unpacks members of a zip archive.
 *
 * @param bytes The archive; borrowed.
 * @param names The members that are wanted; each must be there.
 * @returns Their contents, in the order of the names.
 * @throws {@link WeightsError} if the archive is damaged, lacks one, has one twice, or would unpack to more than a hundred times its length;
 *   {@link FerError} if fflate is not installed.
 */
export async function unzip(bytes: Uint8Array, names: readonly string[]): Promise<Uint8Array[]> {
  const { unzipSync } = await load();
  const taken = new Set<string>();
  const filter = ({ name, originalSize: size }: { name: string; originalSize: number }) => {
    if (!names.includes(name)) return false;
    const member = `: ${name}`;
    const most = EXPANSION * bytes.length;
    if (size > most) {
      throw weightsError(member, `at most ${most} bytes`, `a claim of ${size}`);
    }
    if (taken.has(name)) throw weightsError(member, 'one such member', 'several');
    taken.add(name);
    return true;
  };
  let found: Record<string, Uint8Array>;
  try {
    found = unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof WeightsError) throw cause;
    const remedy = 'It is cut off or damaged: copy or save it again.';
    throw new WeightsError({
      where: '',
      expected: 'a whole zip archive',
      received: 'one that cannot be unpacked',
      remedy,
      cause,
    });
  }
  return names.map((name) => {
    if (found[name]) return found[name];
    throw weightsError('', `a member '${name}'`, 'an archive without it');
  });
}

/**
 * Packs a zip archive without compression, as Keras does. The same members give the same bytes.
 *
 * @throws {@link FerError} if fflate is not installed.
 */
export async function zip(members: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const { zipSync } = await load();
  return zipSync({ ...members }, { level: 0, mtime: '1980-01-02T00:00:00' });
}

async function load() {
  try {
    return await import('fflate');
  } catch (cause) {
    throw missingPackage('', 'fflate', cause);
  }
}
