/** Graph snapshots: checks title and abstract against the record, and the parts whose digest can be recomputed (README.md, sections 2 and 4). */
import { canonTextDigest, snapshotDigest } from '../digest.ts';
import { pointer } from '../errors.ts';
import { isArray, isNumber, isObject, type Json, type JsonObject } from '../json.ts';
import type { ParsedRecord } from '../parse/record.ts';
import type { Context } from './context.ts';

/** The payload of one `graph_snapshot` event, and the record that its paper must be. */
export interface SnapshotSubject {
  readonly payload: JsonObject;
  readonly record: ParsedRecord;
  /** JSON pointer of the payload. */
  readonly where: string;
  readonly eventId: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what this asks for.
const ASCII = /^[\u0000-\u007f]*$/;

const isZero = (value: Json | undefined): boolean => isNumber(value) && value.literal === '0';
const isEmptyList = (value: Json | undefined): boolean => isArray(value) && value.length === 0;

/** Characters after which upstream cuts an abstract. */
const EXCERPT_LENGTH = 600;

/**
 * Whether an excerpt is the whole abstract: it has fewer characters than upstream keeps. Characters are code points,
 * as in Python, which upstream uses.
 */
function isWholeAbstract(excerpt: string): boolean {
  // A code point is one or two units, so most texts do not need to be counted.
  if (excerpt.length < EXCERPT_LENGTH) return true;
  return excerpt.length < 2 * EXCERPT_LENGTH && Array.from(excerpt).length < EXCERPT_LENGTH;
}

/** Whether each part that can be empty is. For other parts, the bytes behind the digest are unknown. */
const IS_EMPTY: ReadonlyMap<string, (part: JsonObject) => boolean> = new Map([
  ['claims', (part: JsonObject) => isZero(part.get('count')) && isEmptyList(part.get('items'))],
  ['references', (part: JsonObject) => isZero(part.get('count')) && isEmptyList(part.get('sample'))],
  ['formal_canon', (part: JsonObject) => isZero(part.get('evidence_count'))],
  ['author_claims', (part: JsonObject) => isZero(part.get('count'))],
]);

/** Most parts of most snapshots are empty, and all empty parts have the same digest. */
const EMPTY_PART: Json = [];
const EMPTY_PART_SHA256 = snapshotDigest(EMPTY_PART);

/** The value that a part's `snapshot_sha256` covers, or null if that is unknown. */
function preimage(name: string, part: JsonObject): Json | null {
  if (name === 'integrity') {
    const detectors = part.get('detectors_run');
    const findings = part.get('findings');
    if (detectors === undefined || findings === undefined) return null;
    return new Map([
      ['detectors', detectors],
      ['findings', findings],
    ]);
  }
  return IS_EMPTY.get(name)?.(part) ? EMPTY_PART : null;
}

function verifyTitle(title: Json | undefined, { record, where, eventId }: SnapshotSubject, context: Context): void {
  const { engine, ledger } = context;
  const computed = typeof title === 'string' ? canonTextDigest(title, engine.sha256Hex) : null;
  const outcome = computed === null ? 'absent' : computed === record.titleSha256 ? 'verified' : 'failed';
  ledger.check({ subject: 'title', how: 'digest', outcome, where, eventId, value: record.titleSha256 });
  if (typeof title !== 'string' || outcome !== 'failed') return;
  const doubt = ASCII.test(title) ? '' : '; the rule is known to hold for ASCII titles only';
  const message = `expected a title whose lower-case form hashes to ${record.titleSha256}, got ${computed}${doubt}`;
  ledger.find('title_mismatch', where, message, eventId);
}

/** An excerpt that does not match is not a finding: upstream may have cut or cleaned it. */
function verifyAbstract(
  excerpt: Json | undefined,
  { record, where, eventId }: SnapshotSubject,
  context: Context,
): void {
  const { engine, ledger } = context;
  const isVerified =
    typeof excerpt === 'string' &&
    isWholeAbstract(excerpt) &&
    canonTextDigest(excerpt, engine.sha256Hex) === record.abstractSha256;
  ledger.check({
    subject: 'abstract',
    how: 'digest',
    outcome: isVerified ? 'verified' : 'uncheckable',
    where,
    eventId,
    value: record.abstractSha256,
  });
}

/**
 * Checks what can be checked of a `graph_snapshot` event's payload. Any part may be missing. Problems are only
 * findings, because the event itself is signed.
 */
export function verifySnapshot(subject: SnapshotSubject, context: Context): void {
  const { payload, where, eventId } = subject;
  const { engine, ledger } = context;
  const snapshot = payload.get('graph_snapshot');
  if (!isObject(snapshot)) return;
  const base = pointer(where, 'graph_snapshot');

  const paper = snapshot.get('paper');
  const member = (name: string): Json | undefined => (isObject(paper) ? paper.get(name) : undefined);
  verifyTitle(member('title'), { ...subject, where: `${base}/paper/title` }, context);
  verifyAbstract(member('abstract_excerpt'), { ...subject, where: `${base}/paper/abstract_excerpt` }, context);

  for (const [name, part] of snapshot) {
    const claimed = isObject(part) ? part.get('snapshot_sha256') : undefined;
    if (!isObject(part) || typeof claimed !== 'string') continue;
    const at = `${pointer(base, name)}/snapshot_sha256`;
    const known = preimage(name, part);
    if (known === null) {
      ledger.check({ subject: 'snapshot', how: 'digest', outcome: 'uncheckable', where: at, eventId, value: claimed });
      continue;
    }
    ledger.compare({
      subject: 'snapshot',
      how: 'digest',
      code: 'snapshot_hash_mismatch',
      where: at,
      claimed,
      computed: known === EMPTY_PART ? EMPTY_PART_SHA256 : snapshotDigest(known, engine.sha256Hex),
      eventId,
    });
  }
}
