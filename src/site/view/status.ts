/** What the current state has, in upstream's words: four badges and the list of five (section 12 of src/protocol/README.md). */

import { counted } from '../../formats/counts.ts';
import { currentSnapshot, member } from '../../formats/paper.ts';
import { isArray, isNumber, isObject, type Json, type MergedRecord } from '../../protocol/index.ts';
import { type Link, originRecord } from './links.ts';

/** Upstream's four badges. `unknown` is for a record without a bundle: this mirror cannot tell whether it is missing. */
export interface Badge {
  readonly state: 'yes' | 'no' | 'unknown';
  readonly text: string;
}

export interface CompletenessRow {
  readonly isThere: boolean;
  readonly name: string;
  readonly text: string;
}

export interface CompletenessView {
  readonly rows: readonly CompletenessRow[];
  /** A sentence instead of the rows if all five are missing, else null. */
  readonly nothing: string | null;
  /** The place to add missing items. */
  readonly link: Link;
}

function count(value: Json | undefined): number {
  return isNumber(value) ? Number(value.literal) : 0;
}

function listLength(merged: MergedRecord | null, name: string): number {
  const list = member(merged?.state.value, 'current', name);
  return isArray(list) ? list.length : 0;
}

/**
 * `timestamp_proofs` of the published bundle, or of the newest if it was assembled (it has the newest's members).
 * They are not events, not part of any state, and not checked here.
 */
function proofs(merged: MergedRecord | null): number {
  if (merged === null) return 0;
  const bundle = merged.published.kind === 'received' ? merged.published.bundle : merged.bundles[0];
  const list = bundle.value.get('timestamp_proofs');
  return isArray(list) ? list.filter(isObject).length : 0;
}

export function badges(merged: MergedRecord | null): readonly Badge[] {
  if (merged === null)
    return ['attested', 'anchored', 'stored', 'references'].map((name) => ({
      state: 'unknown',
      text: `${name}: unknown here`,
    }));
  const badge = (is: boolean, yes: string, no: string): Badge => ({ state: is ? 'yes' : 'no', text: is ? yes : no });
  const references = member(currentSnapshot(merged), 'references');
  const known = count(member(references, 'count'));
  const isResolved = known > 0 && count(member(references, 'resolved_work')) >= known;
  return [
    badge(listLength(merged, 'author_attestations') > 0, 'attested', 'not attested'),
    badge(listLength(merged, 'timestamp_anchors') + proofs(merged) > 0, 'anchored', 'not anchored'),
    badge(listLength(merged, 'storage_attestations') > 0, 'stored', 'not stored'),
    badge(isResolved, 'refs resolved', 'refs pending'),
  ];
}

export function completeness(merged: MergedRecord | null, suffix: string): CompletenessView {
  const row = (name: string, found: number, one: string, proof = 'in signed events'): CompletenessRow => ({
    isThere: found > 0,
    name,
    text: found > 0 ? `${counted(found, one)}, ${proof}` : 'none in the bundle',
  });
  const rows = [
    row(
      'Bitcoin timestamp',
      listLength(merged, 'timestamp_anchors') + proofs(merged),
      'anchor',
      'not checked by this mirror',
    ),
    row('Internet Archive', listLength(merged, 'storage_attestations'), 'storage attestation'),
    row('Author claim', listLength(merged, 'author_attestations'), 'attestation'),
    row('Citations', listLength(merged, 'citation_signatures'), 'signature'),
    row('Replications', listLength(merged, 'replication_records'), 'record'),
  ];
  const names = 'Bitcoin timestamp, Internet Archive copy, author claim, citations or replications';
  const nothing =
    merged === null
      ? `Without a bundle, this mirror does not know whether the record has a ${names}.`
      : rows.every(({ isThere }) => !isThere)
        ? `The bundle has no ${names} yet.`
        : null;
  return { rows, nothing, link: { text: 'Add one at pith.science', href: originRecord(suffix) } };
}
