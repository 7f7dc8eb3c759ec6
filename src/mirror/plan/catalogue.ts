/**
 * The catalogue: the few hundred bytes of each record that lists, browse pages and the search need, and the report's totals.
 *
 * Record pages get a whole `RecordEntry`; every other page gets only this, because the whole records of a large mirror do not
 * fit into memory. Pure.
 */
import { hash } from 'node:crypto';
import type { Verdict } from '../../formats/input.ts';
import { currentSnapshot, member } from '../../formats/paper.ts';
import { isStyled, type RichPart } from '../../formats/rich-text.ts';
import { compareCodePoints, isArray, isNumber, type MergedRecord, type Trust } from '../../protocol/index.ts';
import type { FileReport, Totals } from '../judge/report.ts';
import type { OperatorNote } from '../read/operator-note.ts';
import type { HostName } from './host-files.ts';
import type { RecordEntry } from './plan.ts';
import type { ShownTimestamp } from './timestamps.ts';
import type { WithheldLine } from './tombstone.ts';

export type { Verdict };

/** What the recomputed state of a record holds, for browsing by status. */
export type Mark =
  | 'claims'
  | 'attested'
  | 'anchored'
  | 'stored'
  | 'cited'
  | 'replicated'
  | 'corrected'
  | 'equivocation'
  | 'several-bundles';

export interface CatalogueEntry {
  readonly suffix: string;
  readonly pithNumber: string;
  readonly shortPithNumber: string;
  /** `source.id` of the record, and its version. */
  readonly sourceId: string;
  readonly sourceVersion: number;
  /** Plain text, formulas too: `H₂O ice`. */
  readonly title: string | null;
  /** The title with its emphasis, and its formulas as MathML; null if it has neither. */
  readonly titleParts: readonly RichPart[] | null;
  /** Plain text of all names, as the registry lists them. */
  readonly authors: string | null;
  readonly submittedAt: string;
  /** The primary category first. */
  readonly categories: readonly string[];
  /** URL of the paper's license; `''` where the record names none. */
  readonly license: string;
  /** SHA-256 of `state.json`, in hexadecimal; null if there is no signed bundle. */
  readonly state: string | null;
  readonly verdict: Verdict;
  /** In the order of the list above. */
  readonly marks: readonly Mark[];
  /** When the newest of its bundles was built, else when it was submitted: used as the time of its files. */
  readonly time: string;
  /** Digest of all other members. Whatever is made from entries alone is unchanged if their digests are. */
  readonly digest: string;
}

/** What all pages of one site share. */
export interface SiteContext {
  /** Base URL of the published site, or null if it is not known. */
  readonly site: string | null;
  readonly trust: Trust;
  readonly version: string;
  /** The host that the site is made for; `static` if it is not said. */
  readonly host?: HostName;
}

export interface Catalogue extends SiteContext {
  /** Newest first by submission, then by suffix. */
  readonly entries: readonly CatalogueEntry[];
  /** Records that the operator does not publish, by suffix; they are not among the entries. */
  readonly withheld: readonly WithheldLine[];
  readonly totals: Totals;
  /** Reports of the files that were rejected or have findings; verified files are only counted. */
  readonly troubled: readonly FileReport[];
  /** Who runs this mirror, in their own words; null if they say nothing. */
  readonly operator: OperatorNote | null;
  /** The operator's proofs of when record lists existed. */
  readonly timestamps: readonly ShownTimestamp[];
}

export function verdictOf({ merged, findings }: Pick<RecordEntry, 'merged' | 'findings'>): Verdict {
  if (merged === null) return 'record-only';
  return findings.length > 0 ? 'findings' : 'verified';
}

const LIST_MARKS: readonly (readonly [Mark, string])[] = [
  ['attested', 'author_attestations'],
  ['anchored', 'timestamp_anchors'],
  ['stored', 'storage_attestations'],
  ['cited', 'citation_signatures'],
  ['replicated', 'replication_records'],
  ['corrected', 'corrections'],
];

function isListed(merged: MergedRecord, list: string): boolean {
  const value = member(merged.state.value, 'current', list);
  return isArray(value) && value.length > 0;
}

/** A snapshot without claims still has the member, with a count of 0 and an empty list. */
function hasClaims(merged: MergedRecord): boolean {
  const claims = member(currentSnapshot(merged), 'claims');
  const items = member(claims, 'items');
  const count = member(claims, 'count');
  return (isArray(items) && items.length > 0) || (isNumber(count) && Number(count.literal) > 0);
}

function marksOf({ merged, received }: RecordEntry): readonly Mark[] {
  if (merged === null) return [];
  const marks: Mark[] = hasClaims(merged) ? ['claims'] : [];
  marks.push(...LIST_MARKS.filter(([, list]) => isListed(merged, list)).map(([mark]) => mark));
  if (merged.equivocations.length > 0) marks.push('equivocation');
  if (received.length > 1) marks.push('several-bundles');
  return marks;
}

function timeOf({ received, identified }: RecordEntry): string {
  const instants = received.map(({ bundle }) => bundle.builtInstant);
  const [newest = identified.record.submittedAt] = instants.toSorted((a, b) => compareCodePoints(b, a));
  return `${newest.slice(0, 19)}Z`;
}

/** Newest first by submission, then by suffix. */
export function compareEntries(a: CatalogueEntry, b: CatalogueEntry): number {
  return compareCodePoints(b.submittedAt, a.submittedAt) || compareCodePoints(a.suffix, b.suffix);
}

/** The newest moment in the data: used as the time of the build, so that the same input gives the same output. */
export function timeOfAll(entries: readonly CatalogueEntry[]): string {
  let newest = '1970-01-01T00:00:00Z';
  for (const { time } of entries) if (compareCodePoints(time, newest) > 0) newest = time;
  return newest;
}

export function catalogueEntry(entry: RecordEntry): CatalogueEntry {
  const { record, suffix, pithNumber, shortPithNumber } = entry.identified;
  const { title, authors, paper } = entry.texts;
  const row: Omit<CatalogueEntry, 'digest'> = {
    suffix,
    pithNumber,
    shortPithNumber,
    sourceId: record.source.id,
    sourceVersion: record.source.version,
    title: title?.plain ?? null,
    titleParts: title !== null && isStyled(title.parts) ? title.parts : null,
    authors: authors?.plain ?? paper.authorsInOrder?.join(', ') ?? null,
    submittedAt: record.submittedAt,
    categories: [record.primaryCategory, ...record.crossCategories],
    license: record.license,
    state: entry.merged === null ? null : hash('sha256', entry.merged.state.bytes, 'hex'),
    verdict: verdictOf(entry),
    marks: marksOf(entry),
    time: timeOf(entry),
  };
  return { ...row, digest: digestOfValue(row) };
}

/** SHA-256 of a value's JSON, in base64: tells whether the value has changed. */
export function digestOfValue(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64');
}
