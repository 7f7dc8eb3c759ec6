/**
 * The record index and the lists of digests as files of a site; see `records/layout.ts`.
 *
 * An update reads what the last build wrote of the buckets that changed and of the lists above them. All else stays.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketOf, INDEX_FOLDERS, SITE_SUMS, UNDATED } from '../../records/layout.ts';
import { sha256 } from '../../records/lists.ts';
import { type FileSum, formatSums, parseSums } from '../../records/sums.ts';
import { type IndexedRecord, type PublishedRecord, updateIndex } from '../../records/update.ts';
import { BuildError } from '../base/failure.ts';
import { recordPage } from '../base/paths.ts';
import { digestOfPieces } from '../base/site-file.ts';
import type { CatalogueEntry } from '../plan/catalogue.ts';
import type { RecordLine } from '../plan/lines.ts';
import type { WithheldLine } from '../plan/tombstone.ts';
import type { Inventory } from '../resume/inventory.ts';
import type { OtherFile } from './other-file.ts';

/** What the last build wrote, and where it lies. */
export interface LastIndex {
  readonly site: string;
  readonly others: readonly (readonly [path: string, digest: string | null])[];
  /** Records of that build that are not in this one, or in another bucket. */
  readonly gone: readonly IndexedRecord[];
}

const isIndexFile = (path: string): boolean => INDEX_FOLDERS.some((folder) => path.startsWith(`${folder}/`));

/** Reads files of the index as the last build wrote them. Their digests are in its cache. */
function readerOf(last: LastIndex | null): (path: string) => string | null {
  const digests = new Map(last?.others.filter(([path]) => isIndexFile(path)));
  return (path) => {
    const expected = digests.get(path);
    if (last === null || expected === undefined) return null;
    const file = join(last.site, path);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
    if (text === null || sha256(text) !== expected)
      throw new BuildError(
        `${file} is not what the last build wrote (expected SHA-256 ${expected}); run the build again with --recheck`,
      );
    return text;
  };
}

const indexed = ({ suffix, submittedAt }: CatalogueEntry): IndexedRecord => ({ suffix, bucket: bucketOf(submittedAt) });

/**
 * A withheld record has no day in the index: its submission date is part of what is withheld, and whether its bundle is
 * still held is nobody's concern.
 */
const withheldRecord = ({ suffix }: WithheldLine): IndexedRecord => ({ suffix, bucket: UNDATED });

/** The records of the last build that are no longer where they were: gone, withheld, or published again. */
export function goneOf(
  before: { readonly records: readonly RecordLine[]; readonly withheld: readonly WithheldLine[] } | null,
  inventory: Inventory,
): readonly IndexedRecord[] {
  if (before === null) return [];
  const isPublished = (suffix: string): boolean => inventory.has(suffix) && !inventory.isWithheld(suffix);
  return [
    ...before.records.filter(({ entry }) => !isPublished(entry.suffix)).map(({ entry }) => indexed(entry)),
    ...before.withheld.filter(({ suffix }) => !inventory.isWithheld(suffix)).map(withheldRecord),
  ];
}

/**
 * The index and the digests of the records' files, up to date.
 *
 * @param fileOf the file of a new page. Only pages that Astro rendered are not among the digests yet.
 * @param isByAstro whether Astro rendered the pages.
 */
export function recordIndexFiles(
  inventory: Inventory,
  fileOf: (path: string) => string,
  isByAstro: boolean,
  last: LastIndex | null,
): readonly OtherFile[] {
  const { made } = inventory;
  const pageSum = (suffix: string): FileSum => {
    const path = recordPage(suffix);
    return { path, sha256: sha256(readFileSync(fileOf(path))) };
  };
  const published = (
    { suffix, bucket }: IndexedRecord,
    withheld: PublishedRecord['withheld'],
  ): readonly PublishedRecord[] => {
    if (!made.has(suffix)) return [];
    const sums = (): readonly FileSum[] =>
      isByAstro ? [...inventory.sumsOf(suffix), pageSum(suffix)] : inventory.sumsOf(suffix);
    return [{ suffix, bucket, withheld, sums }];
  };
  const changed = [
    ...inventory.entries().flatMap((entry) => published(indexed(entry), null)),
    ...inventory.withheld.flatMap((line) => published(withheldRecord(line), line.reason)),
  ];
  const { files, removed } = updateIndex(changed, last?.gone ?? [], readerOf(last));
  const dropped = new Set([SITE_SUMS, ...removed, ...files.map(({ path }) => path)]);
  const kept = (last?.others ?? []).filter(([path]) => isIndexFile(path) && !dropped.has(path));
  return [
    ...kept.map(([path, digest]) => ({
      path,
      digest,
      sha256: digest ?? undefined,
      pieces: () => [readFileSync(join(last?.site ?? '', path))],
    })),
    ...files.map(({ path, sha256, ...file }) => ({ path, digest: sha256, sha256, pieces: () => [file.content] })),
  ];
}

/**
 * `sums/site.sha256`: the digest of every file that no other list of digests names, and of those lists. So one digest,
 * of this file, covers the whole site.
 *
 * @param others every file that is neither a record's nor a list page, without this one.
 * @param lists paths of all list pages. @param made the digests of those that were rendered in this build.
 */
export function siteSumsFile(
  others: readonly OtherFile[],
  lists: readonly string[],
  made: ReadonlyMap<string, string>,
  last: LastIndex | null,
): OtherFile {
  const text = last === null ? null : readerOf(last)(SITE_SUMS);
  const before = new Map(parseSums(SITE_SUMS, text ?? '').map((sum) => [sum.path, sum.sha256]));
  const known = new Map(last?.others);
  const digestOf = ({ path, digest, sha256, pieces }: OtherFile): string => {
    if (sha256 !== undefined) return sha256;
    const same = digest !== null && known.get(path) === digest ? before.get(path) : undefined;
    return same ?? digestOfPieces(pieces());
  };
  const sums = [
    ...others.map((file) => ({ path: file.path, sha256: digestOf(file) })),
    ...lists.map((path) => ({ path, sha256: made.get(path) ?? before.get(path) ?? '' })),
  ];
  const content = formatSums(sums);
  return { path: SITE_SUMS, digest: sha256(content), pieces: () => [content] };
}
