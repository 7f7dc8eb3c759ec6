/** Judges a downloaded body: whether it verifies, is what was requested, and is new. Pure. */
import { judgeBundle } from '../../mirror/judge/judge.ts';
import {
  compareCodePoints,
  type ReasonCode,
  sha256Hex,
  type Trust,
  type VerifiedBundle,
} from '../../protocol/index.ts';
import { bucketOf } from '../../records/layout.ts';
import type { HeldBundle } from './held.ts';
import { isOfCategory, isWanted, type RecordNames, type Wanted } from './wanted.ts';

/** Why a body is refused: a reason code of the protocol and one line of words. May quote the body. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

export type BodyJudgement =
  | { readonly kind: 'news'; readonly bundle: VerifiedBundle; readonly sha256: string }
  /** The same bytes, or a bundle with the same events, are already in the folder. */
  | { readonly kind: 'known'; readonly sha256: string; readonly as: string }
  /** Built earlier than a bundle in the folder that has all of its events and more. */
  | { readonly kind: 'older'; readonly sha256: string; readonly reason: Reason }
  | { readonly kind: 'refused'; readonly sha256: string; readonly reason: Reason };

/** What a body must be. */
export interface Expected {
  readonly suffix: string;
  /** The name by which the user asked for it; null if it was selected from an index. */
  readonly wanted: Wanted | null;
  /** The day under which the index lists it; null if no index does. */
  readonly bucket: string | null;
  /** It must have one of these categories; empty for any. */
  readonly categories: readonly string[];
  readonly file: string;
  /** Media type of the answer, `''` if there was none. */
  readonly type: string;
}

const isHtml = (bytes: Uint8Array, type: string): boolean =>
  type === 'text/html' || /^(?:\ufeff)?\s*</.test(Buffer.from(bytes.subarray(0, 64)).toString('utf8'));

function htmlTitle(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 4096)).toString('utf8');
  const title = /<title[^>]*>([^<]{1,80})/i.exec(start)?.[1]?.trim().replace(/\s+/g, ' ');
  return title === undefined ? '' : ` (${JSON.stringify(title)})`;
}

export const namesOf = (bundle: VerifiedBundle): RecordNames => ({
  suffix: bundle.suffix,
  pithNumber: bundle.pithNumber,
  arxivId: bundle.record.source.id,
  arxivVersion: bundle.record.source.version,
});

/** The bundle in a body, if it verifies and is the one that was asked for. */
export function verifyBody(
  bytes: Uint8Array,
  expected: Expected,
  trust: Trust,
): { readonly bundle: VerifiedBundle } | { readonly reason: Reason } {
  const { report, bundle } = judgeBundle(expected.file, bytes, trust);
  if (bundle === null) {
    if (isHtml(bytes, expected.type)) {
      const message = `expected a bundle, got an HTML page with status 200${htmlTitle(bytes)}`;
      return { reason: { code: 'not_json', message } };
    }
    const [first] = report.findings;
    if (first === undefined) throw new TypeError('expected a rejected bundle to have findings');
    const at = first.where === '' ? '' : `${first.where}: `;
    return { reason: { code: first.code, message: `${at}${first.message}` } };
  }
  if (bundle.suffix !== expected.suffix) {
    const message = `expected the bundle of ${expected.suffix}, got the valid bundle of ${bundle.pithNumber}`;
    return { reason: { code: 'number_mismatch', message } };
  }
  if (expected.wanted !== null && !isWanted(expected.wanted, namesOf(bundle))) {
    const { id, version } = bundle.record.source;
    const code = expected.wanted.kind === 'arxiv' ? 'source_mismatch' : 'number_mismatch';
    const message = `asked for ${expected.wanted.text}, got ${bundle.pithNumber} of ${id}v${version}`;
    return { reason: { code, message } };
  }
  const { submittedAt, primaryCategory } = bundle.record;
  if (expected.bucket !== null && bucketOf(submittedAt) !== expected.bucket) {
    const message = `the index lists it under ${expected.bucket}, but it was submitted at ${submittedAt}`;
    return { reason: { code: 'record_mismatch', message } };
  }
  if (expected.categories.length > 0 && !isOfCategory(primaryCategory, expected.categories)) {
    const message = `asked for ${expected.categories.join(', ')}, got a record of ${primaryCategory}`;
    return { reason: { code: 'record_mismatch', message } };
  }
  return { bundle };
}

const idsOf = (bundle: VerifiedBundle): ReadonlySet<string> => new Set(bundle.events.map(({ eventId }) => eventId));

const isSubset = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean => [...some].every((id) => all.has(id));

/** Event ids named in a message. */
const NAMED = 4;

/**
 * Judges a body against the bundles in the folder for its record.
 *
 * @param rivals held bundles that make this one unnecessary if they have its events. Those that the source lists next
 * to it do not count: a mirror keeps what another mirror received, in full.
 */
export function judgeBody(
  bytes: Uint8Array,
  expected: Expected,
  trust: Trust,
  rivals: readonly HeldBundle[],
): BodyJudgement {
  const sha256 = sha256Hex(bytes);
  const verified = verifyBody(bytes, expected, trust);
  if ('reason' in verified) return { kind: 'refused', sha256, reason: verified.reason };
  const { bundle } = verified;
  const ids = idsOf(bundle);
  const covering = rivals.filter(({ bundle: held }) => isSubset(ids, idsOf(held)));
  const same = covering.find(({ bundle: held }) => held.events.length > 0 && idsOf(held).size === ids.size);
  if (same !== undefined) return { kind: 'known', sha256, as: same.file.name };
  // The newest bundle that has more events: this one should have had them too.
  const [newest] = covering.toSorted((a, b) => compareCodePoints(b.bundle.builtInstant, a.bundle.builtInstant));
  if (newest === undefined) return { kind: 'news', bundle, sha256 };
  const lost = [...idsOf(newest.bundle)].filter((id) => !ids.has(id)).toSorted(compareCodePoints);
  const more = lost.length > NAMED ? ` and ${lost.length - NAMED} more` : '';
  const lacks = `lacks ${lost.slice(0, NAMED).join(', ')}${more}, which ${newest.file.name} has`;
  if (bundle.builtInstant < newest.bundle.builtInstant) {
    const message = `built at ${bundle.builtAt}, before the one in the folder (${newest.bundle.builtAt}); it ${lacks}`;
    return { kind: 'older', sha256, reason: { code: 'events_withheld', message } };
  }
  const message = `built at ${bundle.builtAt}, not before the one in the folder (${newest.bundle.builtAt}), and yet it ${lacks}`;
  return { kind: 'refused', sha256, reason: { code: 'events_withheld', message } };
}
