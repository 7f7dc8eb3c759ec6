/**
 * `snapshot`: a folder that `ia upload` takes as it is. Nothing is uploaded, and no credentials are known here.
 *
 * Everything is made in a hidden folder next to the item, checked against the Archive's limits, and renamed when
 * complete.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BuildError, codeOf, messageOf, UsageError } from '../mirror/base/failure.ts';
import { assertNotInterrupted } from '../mirror/base/interrupt.ts';
import { packageVersion } from '../mirror/base/package.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { WorkFolder } from '../mirror/publish/work-folder.ts';
import type { HeaderSource } from '../protocol/index.ts';
import { IndexError } from '../records/index-error.ts';
import { SNAPSHOT } from '../records/layout.ts';
import { parseSnapshot, type Snapshot } from '../records/lists.ts';
import { MANIFEST, manifestLine } from './formats/bagit.ts';
import { formatIaCsv, type ItemMetadata, identifierProblem, lintItem } from './formats/ia-csv.ts';
import { type ProofFile, proofFilesOf } from './item-proof.ts';
import { type PackOptions, type PackResult, packSite } from './pack.ts';
import { packZim } from './pack-zim.ts';
import { dateOf, openSiteFolder, type Site } from './site.ts';
import { isThere } from './walk.ts';

export interface SnapshotOptions extends Omit<PackOptions, 'out' | 'name' | 'contents' | 'force' | 'isJudged'> {
  /** Folder of the item; must not exist. */
  readonly out: string;
  /** Null for `pith-mirror-DATE`. */
  readonly identifier: string | null;
  readonly collection: string | null;
  readonly licenseUrl: string | null;
  /** `snapshot.txt` or `snapshot.json` of the snapshot before this one; or null. */
  readonly previous: string | null;
  /** Bitcoin block headers, for the proof of the snapshot if it was stamped; or null. */
  readonly headerAt: HeaderSource | null;
}

export interface SnapshotResult {
  readonly identifier: string;
  readonly folder: string;
  readonly files: readonly ItemFile[];
  readonly packed: PackResult;
}

/** A file of an item. */
export interface ItemFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The Archive keeps this one, and `ia --checksum` compares it. */
  readonly md5: string;
}

export const IA_CSV = 'ia.csv';
export const IA_FILES = 'ia-files.txt';

async function readSnapshot(folder: string): Promise<{ readonly text: string; readonly snapshot: Snapshot }> {
  try {
    const text = await readFile(join(folder, SNAPSHOT), 'utf8');
    return { text, snapshot: parseSnapshot(text) };
  } catch (error) {
    if (error instanceof IndexError || codeOf(error) === 'ENOENT')
      throw new BuildError(`${join(folder, SNAPSHOT)}: ${messageOf(error)}; build the site again`);
    throw error;
  }
}

/** The states root of an earlier snapshot. @throws UsageError if the file is none. */
async function rootOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new UsageError(`--previous ${path}: ${messageOf(error)}`);
  });
  const wrong = `--previous ${path}: expected a snapshot.txt or a snapshot.json`;
  let root: unknown;
  try {
    root = text.startsWith('{')
      ? (JSON.parse(text) as { readonly states?: unknown }).states
      : parseSnapshot(text).states;
  } catch {
    throw new UsageError(wrong);
  }
  if (typeof root !== 'string' || !/^[0-9a-f]{64}$/.test(root)) throw new UsageError(wrong);
  return root;
}

async function digestsOf(folder: string, name: string): Promise<ItemFile> {
  const path = join(folder, name);
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      sha256.update(chunk);
      md5.update(chunk);
    }
  });
  return { name, bytes: (await stat(path)).size, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

function metadataOf(options: SnapshotOptions, identifier: string, site: Site, snapshot: Snapshot): ItemMetadata {
  const date = dateOf(site.seconds);
  const where = site.url === null ? '' : ` The site was published at <a href="${site.url}/">${site.url}/</a>.`;
  return {
    identifier,
    collection: options.collection,
    title: `Mirror of Pith Open Graph records, ${date} (${snapshot.records} records)`,
    description: `<p>A static mirror of ${snapshot.records} Pith Open Graph records of scientific papers, as they were on ${date}.${where}</p><p>Each ZIP is a BagIt bag that opens in a browser without a network, and carries the signed bundles, the digest of every file and the verifier. The ZIM shows the same pages in Kiwix. README.txt says how to open and verify it.</p>`,
    date,
    subjects: ['Pith', 'scholarly communication', 'arXiv', 'digital signatures'],
    licenseUrl: options.licenseUrl,
    own: {
      pith_records: String(snapshot.records),
      pith_states_root: snapshot.states,
      pith_bundles_root: snapshot.bundles,
    },
  };
}

/** @param hasHeaders whether the item has the headers of the blocks. */
const proofWords = (hasHeaders: boolean): string => `
snapshot.txt.ots is an OpenTimestamps proof of when snapshot.txt existed. Check it with

    pith-mirror stamp --check snapshot.txt${hasHeaders ? ' --headers headers' : ''}

or give these files to verify.html in a package, or use any other program for
OpenTimestamps.${hasHeaders ? ' headers/ has the headers of the Bitcoin blocks that it leads to.' : ''}
`;

function readmeOf({ identifier, zips, zims, proof }: Item, snapshot: Snapshot, date: string): string {
  const first = zips[0] ?? '';
  return `${identifier}
${'='.repeat(identifier.length)}

A mirror of ${snapshot.records} Pith Open Graph records, as they were on ${date}.

${zips.length === 1 ? `${first} has everything.` : `${first} has the lists and the search; all ${zips.length} ZIPs together have everything.`} Download and unpack it; the
README.txt in it says how to open it without a network, how to check that it is
unchanged, and how to verify the signatures, with this program and without it.

${zims.join(', ')} has the same pages for Kiwix (https://kiwix.org), which
shows them without a network on computers, phones and local servers. To keep
the mirror, keep ${zips.length === 1 ? 'the ZIP' : 'the ZIPs'}: a ZIM has no digest of each file.

To check what was downloaded, in this folder:

    sha256sum --check --ignore-missing ${MANIFEST}

snapshot.txt has the two roots of the record index: two mirrors with the same
roots hold the same records. snapshot.json says the same for programs, and names
the snapshot before this one if there is one.
${proof.length === 0 ? '' : proofWords(proof.length > 1)}`;
}

/** What an item is made of. */
interface Item {
  readonly identifier: string;
  readonly site: Site;
  /** Names of its packages, to keep and to read with Kiwix. */
  readonly zips: readonly string[];
  readonly zims: readonly string[];
  readonly proof: readonly ProofFile[];
}

/** Writes the item's own files next to its packages, in `folder`. @returns all files, by name. */
async function completeItem(
  folder: string,
  options: SnapshotOptions,
  item: Item,
  progress: Progress,
): Promise<readonly ItemFile[]> {
  const { identifier, site, zips, zims, proof } = item;
  const { text, snapshot } = await readSnapshot(site.folder);
  const date = dateOf(site.seconds);
  const about = {
    snapshot_type: 'pith_mirror_snapshot',
    snapshot_version: '1.0',
    date,
    records: snapshot.records,
    states: snapshot.states,
    bundles: snapshot.bundles,
    previous_states: options.previous === null ? null : await rootOf(options.previous),
    site: site.url,
    program: { name: 'pith-mirror', version: await packageVersion() },
    packages: [...zips, ...zims],
  };
  await writeFile(join(folder, 'README.txt'), readmeOf(item, snapshot, date));
  await writeFile(join(folder, 'snapshot.txt'), text);
  await writeFile(join(folder, 'snapshot.json'), `${JSON.stringify(about, null, 2)}\n`);
  for (const { name, content } of proof) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const named = ['README.txt', 'snapshot.json', 'snapshot.txt', ...proof.map(({ name }) => name), ...zips, ...zims];
  const files: ItemFile[] = [];
  progress.stage('taking digests of the item', named.length);
  for (const name of named) {
    files.push(await digestsOf(folder, name));
    progress.step();
  }
  await writeFile(
    join(folder, MANIFEST),
    files.map(({ name, sha256 }) => manifestLine({ path: name, sha256 })).join(''),
  );
  files.push(await digestsOf(folder, MANIFEST));
  const lint = lintItem(files);
  if (lint.length > 0) throw new BuildError(`the Internet Archive would not take this item: ${lint.join('; ')}`);
  const csv = formatIaCsv(
    metadataOf(options, identifier, site, snapshot),
    files.map(({ name }) => name),
  );
  await writeFile(join(folder, IA_CSV), csv);
  await writeFile(join(folder, IA_FILES), files.map(({ name, md5 }) => `${md5}  ${name}\n`).join(''));
  return files;
}

/**
 * Makes an item.
 *
 * @throws UsageError, BuildError or the system's error. Then there is no item.
 */
export async function makeSnapshot(options: SnapshotOptions, progress: Progress): Promise<SnapshotResult> {
  const site = await openSiteFolder(options.site);
  const identifier = options.identifier ?? `pith-mirror-${dateOf(site.seconds)}`;
  const problem = identifierProblem(identifier);
  if (problem !== null) throw new UsageError(`--identifier ${JSON.stringify(identifier)}: ${problem}`);
  if (options.previous !== null) await rootOf(options.previous);
  const { text } = await readSnapshot(site.folder);
  const proof = await proofFilesOf(site.folder, text, options.headerAt, progress);
  const out = resolve(options.out);
  if (isThere(out)) throw new UsageError(`--out ${options.out}: already exists; name a folder that does not`);
  const work = await WorkFolder.open(out, 'snapshot', progress);
  try {
    const packed = await packSite(
      { ...options, out: work.path, name: identifier, contents: 'site', force: false, isJudged: true },
      progress,
    );
    // The bundles and states have just been judged, and the lists of digests still have to match every file.
    const zim = await packZim(
      { ...options, out: work.path, about: {}, isCompact: false, force: false, isJudged: false },
      progress,
    );
    const namesOf = (made: PackResult): readonly string[] => made.packages.map(({ path }) => basename(path));
    const item: Item = { identifier, site, zips: namesOf(packed), zims: namesOf(zim), proof };
    const files = await completeItem(work.path, options, item, progress);
    assertNotInterrupted();
    await rename(work.path, out);
    return { identifier, folder: out, files, packed };
  } finally {
    await work.close();
  }
}

/** The lines by which an item is uploaded and checked, in its folder. */
export function iaLines(identifier: string): readonly (readonly [what: string, line: string])[] {
  const upload = `ia upload --spreadsheet=${IA_CSV} --checksum --verify --retries 3 --no-derive`;
  return [
    ['upload; run it again to send what is missing', upload],
    ['see what would be sent (prints your keys: keep it out of logs)', `${upload} --debug`],
    ['see what the Archive has', `ia list --verbose ${identifier}`],
    ['download it and check it', `ia download ${identifier} && (cd ${identifier} && md5sum --check ../${IA_FILES})`],
  ];
}
