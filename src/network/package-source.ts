/** A package that `pack` wrote, as a source: what is in it is read as from the folder of the site. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError, UsageError } from '../mirror/base/failure.ts';
import { bundleFile, receivedBundleFile } from '../mirror/base/paths.ts';
import { isZip, openStored, type Stored } from '../packages/stored.ts';
import { type PackagedFiles, packagedFiles } from '../packages/unpack-input.ts';
import { MAX_BUNDLE_BYTES } from '../protocol/index.ts';
import type { Source } from './source.ts';
import type { Download } from './web.ts';

/** All parts of the set that a package belongs to: they lie in its folder. @throws BuildError if one is missing. */
function wholeSet(path: string, name: string): readonly Stored[] {
  const own = openStored(path, name);
  const { ofSet } = own;
  if (ofSet === null) return [own];
  const parts = new Map<number, Stored>([[ofSet.number, own]]);
  for (const file of readdirSync(dirname(path)).filter((other) => other.startsWith(ofSet.set))) {
    const other = join(dirname(path), file);
    if (other === path || !isZip(other)) continue;
    const stored = openStored(other, file);
    if (stored.ofSet?.set === ofSet.set) parts.set(stored.ofSet.number, stored);
  }
  for (let number = 1; number <= ofSet.count; number++)
    if (!parts.has(number))
      throw new BuildError(
        `part ${number} of ${ofSet.count} of ${ofSet.set} is not beside it; put all parts in one folder`,
      );
  return [...parts.values()];
}

export { isPackage } from '../packages/stored.ts';

export class PackageSource implements Source {
  readonly name: string;
  readonly #files: PackagedFiles;

  private constructor(name: string, files: PackagedFiles) {
    this.name = name;
    this.#files = files;
  }

  /** @param path of the package. @param name that the user gave it. @returns the source, or why it cannot be read. */
  static open(path: string, name: string): PackageSource | { readonly problem: string } {
    try {
      return new PackageSource(name, packagedFiles(wholeSet(path, name)));
    } catch (error) {
      if (error instanceof BuildError || error instanceof UsageError) return { problem: error.message };
      throw error;
    }
  }

  async file(path: string, limit: number): Promise<Download> {
    const file = this.#files.get(path);
    if (file === undefined) return { kind: 'missing' };
    try {
      const bytes = file();
      if (bytes.length > limit) return { kind: 'too_large', limit };
      return { kind: 'found', bytes, type: '', etag: null, url: `${this.name}: ${path}` };
    } catch (error) {
      if (error instanceof BuildError) return { kind: 'failed', reason: error.message };
      throw error;
    }
  }

  bundleAt(suffix: string): string {
    return `${this.name}: ${bundleFile(suffix)}`;
  }

  bundle(suffix: string): Promise<Download> {
    return this.file(bundleFile(suffix), MAX_BUNDLE_BYTES);
  }

  received(suffix: string, sha256: string): Promise<Download> {
    return this.file(receivedBundleFile(suffix, sha256), MAX_BUNDLE_BYTES);
  }
}
