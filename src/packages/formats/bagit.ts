/**
 * BagIt 1.0 (RFC 8493): a folder that carries the digests of its files.
 *
 *     NAME/bagit.txt                 BagIt-Version: 1.0
 *                                    Tag-File-Character-Encoding: UTF-8
 *     NAME/bag-info.txt              Payload-Oxum: 31337.42        bytes, a full stop, number of files below data/
 *                                    Bagging-Date: 2026-05-21      …
 *     NAME/manifest-sha256.txt       8f43…7d21  data/index.html    a line for each file below data/
 *     NAME/tagmanifest-sha256.txt    e91c…02ab  bagit.txt          a line for each other file but this one
 *     NAME/data/index.html
 *
 * A manifest has the form of `sha256sum`: 64 hexadecimal digits, two spaces, the path. So `sha256sum -c
 * manifest-sha256.txt` checks it, with no BagIt program. In a path, `%`, CR and LF are written as %25, %0D and %0A.
 */
export const BAGIT = 'bagit.txt';
export const BAG_INFO = 'bag-info.txt';
export const MANIFEST = 'manifest-sha256.txt';
export const TAG_MANIFEST = 'tagmanifest-sha256.txt';
/** The folder of the payload. */
export const PAYLOAD = 'data/';

export const BAGIT_TEXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';

/** The reason why a bag's own files cannot be read. */
export class BagError extends Error {
  override readonly name = 'BagError';
}

/** How much the payload is: what `Payload-Oxum` says. */
export interface Oxum {
  readonly bytes: number;
  readonly files: number;
}

/** A file that a manifest lists. */
export interface ManifestLine {
  readonly path: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '%': '%25', '\r': '%0D', '\n': '%0A' };

/** One line of a manifest. */
export function manifestLine({ path, sha256 }: ManifestLine): string {
  return `${sha256}  ${path.replace(/[%\r\n]/g, (char) => ESCAPES[char] ?? char)}\n`;
}

/**
 * The files that a manifest lists, in its order.
 *
 * @throws BagError for a line of another form, and for a path that is listed twice.
 */
export function parseManifest(name: string, text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (text === '') return found;
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    // RFC 8493 allows any blanks between the two, and sha256sum writes `*` before a path in its binary mode.
    const [start, sha256] = /^([0-9a-fA-F]{64})[ \t]+(?=[^ \t])/.exec(line) ?? [];
    if (start === undefined || sha256 === undefined)
      throw new BagError(`${name}, line ${i + 1}: expected 64 hexadecimal digits, two spaces and a path`);
    const path = line.slice(start.length).replace(/^\*(?=.)/, '');
    const plain = path.replace(/%(25|0[dD]|0[aA])/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
    if (found.has(plain)) throw new BagError(`${name}, line ${i + 1}: ${plain} is listed twice`);
    found.set(plain, sha256.toLowerCase());
  }
  return found;
}

/** What `bag-info.txt` says, as pairs of label and value. A value is on one line. */
export function formatBagInfo(pairs: readonly (readonly [label: string, value: string])[]): string {
  return pairs.map(([label, value]) => `${label}: ${value.replace(/\s+/g, ' ').trim()}\n`).join('');
}

/** The pairs of a `bag-info.txt`; lines that begin with a blank go on with the value before. */
export function parseBagInfo(text: string): readonly (readonly [label: string, value: string])[] {
  return text
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new BagError(`${BAG_INFO}: expected "Label: value", found ${JSON.stringify(line)}`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).replace(/^[ \t]+/, '')] as const;
    });
}

/** @throws BagError if the declaration is not that of BagIt 1.0 in UTF-8; 0.97 is the same in all that matters here. */
export function checkDeclaration(text: string): void {
  const [version = '', encoding = ''] = text.replace(/\r\n/g, '\n').split('\n');
  if (!/^BagIt-Version: (?:1\.0|0\.97)$/.test(version))
    throw new BagError(`${BAGIT}: expected "BagIt-Version: 1.0", found ${JSON.stringify(version)}`);
  if (encoding !== 'Tag-File-Character-Encoding: UTF-8')
    throw new BagError(`${BAGIT}: expected "Tag-File-Character-Encoding: UTF-8", found ${JSON.stringify(encoding)}`);
}

/** The text of `Payload-Oxum`. */
export const formatOxum = ({ bytes, files }: Oxum): string => `${bytes}.${files}`;

/** @returns null if there is no such pair. @throws BagError if it is no pair of numbers. */
export function oxumOf(info: readonly (readonly [string, string])[]): Oxum | null {
  const value = info.find(([label]) => label.toLowerCase() === 'payload-oxum')?.[1];
  if (value === undefined) return null;
  const [, bytes, files] = /^(\d{1,15})\.(\d{1,15})$/.exec(value) ?? [];
  if (bytes === undefined || files === undefined)
    throw new BagError(`${BAG_INFO}: "Payload-Oxum": expected BYTES.FILES, found ${JSON.stringify(value)}`);
  return { bytes: Number(bytes), files: Number(files) };
}
