import { install } from '../../scripts/support/install.mjs';

/**
 * Installs packages that are too large for a development dependency, once.
 *
 * @param name Name of the folder.
 * @param packages Packages and their exact versions.
 * @returns A `require` that finds them, or undefined where they cannot be had, for instance without a network.
 */
export async function installOnDemand(
  name: string,
  packages: Readonly<Record<string, string>>,
): Promise<NodeJS.Require | undefined> {
  try {
    return install(name, packages);
  } catch {
    return undefined;
  }
}
