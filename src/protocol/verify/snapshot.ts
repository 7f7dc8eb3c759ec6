/** Graph snapshots: the title against the record, and the parts whose digest is known (sections 2 and 4). */

import { type Sha256, snapshotDigest, titleDigest } from '../digest.ts';
import { pointer } from '../errors.ts';
import { isArray, isNumber, isObject, type Json, type JsonObject } from '../json.ts';
import type { ParsedRecord } from '../parse/record.ts';
import type { Ledger } from './finding.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what this asks for.
const ASCII = /^[\u0000-\u007f]*$/;

const isZero = (value: Json | undefined): boolean => isNumber(value) && value.literal === '0';
const isEmptyList = (value: Json | undefined): boolean => isArray(value) && value.length === 0;

/** For each part that can be empty: whether it is. Section 2 knows the preimage of an empty one only. */
const IS_EMPTY: ReadonlyMap<string, (part: JsonObject) => boolean> = new Map([
  ['claims', (part: JsonObject) => isZero(part.get('count')) && isEmptyList(part.get('items'))],
  ['references', (part: JsonObject) => isZero(part.get('count')) && isEmptyList(part.get('sample'))],
  ['formal_canon', (part: JsonObject) => isZero(part.get('evidence_count'))],
  ['author_claims', (part: JsonObject) => isZero(part.get('count'))],
]);

/** Most parts of most snapshots are empty, and all empty parts have one digest. */
const EMPTY_PART: Json = [];
const EMPTY_PART_SHA256 = snapshotDigest(EMPTY_PART);

/** What a part's `snapshot_sha256` is over, or null where that is not known. */
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

function verifyTitle(
  title: string,
  record: ParsedRecord,
  ledger: Ledger,
  where: string,
  eventId: string,
  hash: Sha256,
): void {
  if (!title.isWellFormed()) return;
  const computed = titleDigest(title, hash);
  const equal = computed === record.titleSha256;
  ledger.check('title', 'digest', equal ? 'verified' : 'failed', where, record.titleSha256, eventId);
  if (equal) return;
  const doubt = ASCII.test(title) ? '' : '; the rule is known to hold for ASCII titles only';
  const message = `expected a title whose lower-case form hashes to ${record.titleSha256}, got ${computed}${doubt}`;
  ledger.find('title_mismatch', where, message, eventId);
}

/**
 * Checks what can be checked of a `graph_snapshot` event's payload. Findings only: the event itself is signed.
 *
 * @param where JSON pointer of the payload.
 */
export function verifySnapshot(
  payload: JsonObject,
  record: ParsedRecord,
  ledger: Ledger,
  where: string,
  eventId: string,
  hash: Sha256,
): void {
  const snapshot = payload.get('graph_snapshot');
  if (!isObject(snapshot)) return;
  const base = pointer(where, 'graph_snapshot');

  const paper = snapshot.get('paper');
  const title = isObject(paper) ? paper.get('title') : undefined;
  if (typeof title === 'string') verifyTitle(title, record, ledger, `${base}/paper/title`, eventId, hash);
  else ledger.check('title', 'digest', 'absent', `${base}/paper/title`, record.titleSha256, eventId);
  // A bundle has an excerpt of the abstract at most, and the digest is over the whole.
  ledger.check('abstract', 'digest', 'uncheckable', `${base}/paper/abstract_excerpt`, record.abstractSha256, eventId);

  for (const [name, part] of snapshot) {
    const claimed = isObject(part) ? part.get('snapshot_sha256') : undefined;
    if (!isObject(part) || typeof claimed !== 'string') continue;
    const at = `${pointer(base, name)}/snapshot_sha256`;
    const known = preimage(name, part);
    if (known === null) {
      ledger.check('snapshot', 'digest', 'uncheckable', at, claimed, eventId);
      continue;
    }
    const computed = known === EMPTY_PART ? EMPTY_PART_SHA256 : snapshotDigest(known, hash);
    ledger.compare('snapshot', 'digest', 'snapshot_hash_mismatch', at, claimed, computed, eventId);
  }
}
