/** The merge `pith-open-graph-merge-v1` (README.md, section 8), and what is published for several bundles (section 9). */
import { compareCodePoints, encodeUtf8 } from '../bytes.ts';
import { formatCompact } from '../canonical-json.ts';
import { digestOf, type Sha256, stateDigest } from '../digest.ts';
import type { Engine } from '../engine.ts';
import { isObject, isSameJson } from '../json.ts';
import { quote } from '../parse/members.ts';
import { VerifiedBundle } from '../verify/bundle.ts';
import { nobleEngine } from '../verify/ed25519.ts';
import type { Check, Finding } from '../verify/finding.ts';
import { type AppliedEvent, applyEvents } from './apply.ts';
import { type Equivocation, findEquivocations } from './equivocation.ts';
import { buildState, differences, type MergedState } from './state.ts';
import { type EventSet, uniteEvents } from './union.ts';

/** What a mirror publishes as `bundle.json`. */
export type PublishedBundle =
  | { readonly kind: 'received'; readonly bundle: VerifiedBundle; readonly bytes: Uint8Array }
  /** Assembled because no single bundle has every valid event. The proof is in the bundles it was assembled from. */
  | { readonly kind: 'assembled'; readonly from: readonly VerifiedBundle[]; readonly bytes: Uint8Array };

/** Compares the state that a bundle ships with the merge of that bundle alone. */
export interface StateComparison {
  readonly bundle: VerifiedBundle;
  readonly outcome: 'equal' | 'different' | 'absent';
  /** `state_sha256` as the shipped state claims it; null if it claims none. */
  readonly claimedSha256: string | null;
  /** The digest of the shipped state's content; null if there is none. */
  readonly contentSha256: string | null;
  /** The digest of the merge's state. */
  readonly computedSha256: string;
  /** JSON pointers into the state. */
  readonly differences: readonly string[];
}

export interface MergedRecord {
  /** Newest first: by `built_at`, then `bundle_sha256`. */
  readonly bundles: readonly [VerifiedBundle, ...VerifiedBundle[]];
  readonly published: PublishedBundle;
  /** The merge of what is published. */
  readonly state: MergedState;
  /** Every valid event in merge order, with its effect. */
  readonly applied: readonly AppliedEvent[];
  readonly events: EventSet;
  readonly equivocations: readonly Equivocation[];
  readonly comparisons: readonly StateComparison[];
  /** The older bundles that have valid events which the newest lacks. */
  readonly views: readonly ViewDifference[];
  /** All findings of the merge: on events, shipped states and views. */
  readonly findings: readonly Finding[];
}

/** Section 9: valid events of an older bundle that the newest lacks. */
export interface ViewDifference {
  readonly newest: VerifiedBundle;
  readonly older: VerifiedBundle;
  readonly finding: Finding;
}

/** Distinct bytes, newest first. The same bundle in two JSON layouts counts as two, ordered by their bytes, never by file order. */
function newestFirst(bundles: readonly VerifiedBundle[], hash: Sha256): readonly VerifiedBundle[] {
  if (bundles.length < 2) return bundles;
  const distinct = new Map(bundles.map((bundle) => [hash(bundle.bytes), bundle]));
  return [...distinct]
    .sort(
      ([aBytes, a], [bBytes, b]) =>
        compareCodePoints(b.builtInstant, a.builtInstant) ||
        compareCodePoints(b.bundleSha256, a.bundleSha256) ||
        compareCodePoints(bBytes, aBytes),
    )
    .map(([, bundle]) => bundle);
}

/**
 * Merges the bundles of one number.
 *
 * The result does not depend on the order of the bundles or of their events, nor on duplicates.
 *
 * @param verified at least one bundle, all with the same Pith Number.
 * @param engine affects the speed, never the result.
 * @throws TypeError for any value that verifyBundle did not return, whatever its members.
 * @throws RangeError if there are no bundles, or if their Pith Numbers differ.
 */
export function mergeBundles(verified: readonly VerifiedBundle[], engine: Engine = nobleEngine): MergedRecord {
  for (const bundle of verified) {
    if (!VerifiedBundle.isVerified(bundle)) throw new TypeError('expected bundles that verifyBundle made, got another');
  }
  return mergeVerified(verified, engine);
}

/** @internal The merge without the check of its arguments. Exported for the scale tests, whose 100,000 events are not signed. */
export function mergeVerified(verified: readonly VerifiedBundle[], engine: Engine = nobleEngine): MergedRecord {
  const hash = engine.sha256Hex;
  const [newest, ...older] = newestFirst(verified, hash);
  if (newest === undefined) throw new RangeError('expected at least one bundle, got none');
  const stranger = older.find((bundle) => bundle.pithNumber !== newest.pithNumber);
  if (stranger !== undefined) {
    throw new RangeError(`expected bundles of ${newest.pithNumber}, got one of ${stranger.pithNumber}`);
  }
  const bundles = [newest, ...older] as const;
  const union = uniteEvents(bundles);
  const complete = bundles.find((bundle) => holdsAll(bundle, union));
  const base = complete ?? newest;
  // If one bundle is published unchanged, the state is that bundle's own merge, so invalid events of other bundles are
  // omitted.
  const events = complete === undefined ? union : uniteEvents([complete]);
  const { applied, findings } = applyEvents(events.valid);
  const equivocations = findEquivocations(events.valid);
  const state = buildState(subjectOf(base), events, applied, equivocations, hash);
  const comparisons = bundles.map((bundle) =>
    compareState(bundle, bundle === complete ? state : mergeAlone(bundle, hash), hash),
  );
  const views = viewDifferences(bundles);
  return {
    bundles,
    published:
      complete === undefined
        ? { kind: 'assembled', from: bundles, bytes: assemble(newest, union, state) }
        : { kind: 'received', bundle: complete, bytes: complete.bytes },
    state,
    applied,
    events,
    equivocations,
    comparisons,
    views,
    findings: [
      ...findings,
      ...equivocations.map(equivocationFinding),
      ...comparisons.flatMap(stateFinding),
      ...views.map(({ finding }) => finding),
    ],
  };
}

function subjectOf(bundle: VerifiedBundle): Parameters<typeof buildState>[0] {
  const aliases = bundle.aliases.toSorted(
    (a, b) => compareCodePoints(a.kind, b.kind) || compareCodePoints(a.alias, b.alias),
  );
  return { pithNumber: bundle.pithNumber, record: bundle.record.value, aliases: aliases.map(({ value }) => value) };
}

function mergeAlone(bundle: VerifiedBundle, hash: Sha256): MergedState {
  const events = uniteEvents([bundle]);
  const { applied } = applyEvents(events.valid);
  return buildState(subjectOf(bundle), events, applied, findEquivocations(events.valid), hash);
}

function idsOf(bundle: VerifiedBundle): ReadonlySet<string> {
  return new Set(bundle.events.map((event) => event.eventId));
}

function holdsAll(bundle: VerifiedBundle, union: EventSet): boolean {
  const ids = idsOf(bundle);
  return union.valid.every((event) => ids.has(event.eventId));
}

/** Section 9: the newest bundle's members, with all events, the recomputed state, and no signature, since none would be valid. */
function assemble(newest: VerifiedBundle, union: EventSet, state: MergedState): Uint8Array {
  const bundle = new Map(newest.value);
  bundle.set(
    'events',
    [...union.valid, ...union.invalid].map((event) => event.value),
  );
  // Upstream's order: the state before the signature, even if the newest bundle ships none.
  bundle.delete('bundle_signature');
  bundle.set('state', state.value);
  bundle.set('bundle_signature', new Map([['signature_status', 'assembled_by_mirror']]));
  return encodeUtf8(formatCompact(bundle));
}

function compareState(bundle: VerifiedBundle, computed: MergedState, hash: Sha256): StateComparison {
  const claimed = bundle.claimedState;
  if (claimed === undefined) {
    const none = { claimedSha256: null, contentSha256: null, differences: [] };
    return { bundle, outcome: 'absent', computedSha256: computed.sha256, ...none };
  }
  if (isSameJson(claimed, computed.value)) {
    const { sha256 } = computed;
    return {
      bundle,
      outcome: 'equal',
      claimedSha256: sha256,
      contentSha256: sha256,
      computedSha256: sha256,
      differences: [],
    };
  }
  const claimedSha256 = isObject(claimed) ? claimed.get('state_sha256') : undefined;
  const contentSha256 = isObject(claimed) ? stateDigest(claimed, hash) : digestOf(claimed, hash);
  // If both digests match, no member differs and none needs to be compared.
  const isEqual = isObject(claimed) && contentSha256 === computed.sha256 && claimedSha256 === computed.sha256;
  const differing = isEqual ? [] : differences(claimed, computed.value);
  return {
    bundle,
    outcome: differing.length === 0 ? 'equal' : 'different',
    claimedSha256: typeof claimedSha256 === 'string' ? claimedSha256 : null,
    contentSha256,
    computedSha256: computed.sha256,
    differences: differing,
  };
}

function stateFinding({
  outcome,
  computedSha256,
  contentSha256,
  differences: at,
}: StateComparison): readonly Finding[] {
  if (outcome !== 'different') return [];
  const message = `expected the merge's state ${computedSha256}, got ${contentSha256}; they differ at ${at.map((pointer) => (pointer === '' ? 'the top level' : quote(pointer))).join(', ')}`;
  return [{ code: 'state_mismatch', where: '/state', eventId: null, message }];
}

/** The comparison of a shipped state with the merge, as a row of the ledger. */
export function stateCheck({ outcome, claimedSha256, computedSha256 }: StateComparison): Check {
  return {
    subject: 'state',
    how: 'digest',
    outcome: outcome === 'absent' ? 'absent' : outcome === 'equal' ? 'verified' : 'failed',
    where: '/state',
    eventId: null,
    value: claimedSha256 ?? computedSha256,
  };
}

/** @internal Exported for the reports of single files. */
export function equivocationFinding({ kind, keyId, prevEvent, eventIds }: Equivocation): Finding {
  const what =
    kind === 'record_created' ? 'one record_created' : `one event by ${quote(keyId ?? '')} after ${prevEvent}`;
  const message = `expected ${what}, got ${eventIds.length}: ${listed(eventIds)}`;
  return { code: 'equivocation', where: '', eventId: eventIds[0] ?? null, message };
}

/** How many ids a message names at most. */
const MAX_NAMED = 8;

function listed(ids: readonly string[]): string {
  const more = ids.length - MAX_NAMED;
  return `${ids.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * A newer bundle that lacks events withholds them (`events_withheld`). Two bundles that each lack an event of the other,
 * or that differ although both were built at the same time, are a split view.
 */
function viewDifferences([newest, ...older]: readonly [
  VerifiedBundle,
  ...VerifiedBundle[],
]): readonly ViewDifference[] {
  const newestIds = idsOf(newest);
  return older.flatMap((bundle): readonly ViewDifference[] => {
    const ids = idsOf(bundle);
    const lost = [...ids].filter((id) => !newestIds.has(id));
    if (lost.length === 0) return [];
    // More ids than the two have in common, so the newest has an event of its own.
    const isSplit = newestIds.size > ids.size - lost.length || newest.builtInstant === bundle.builtInstant;
    const message = `expected the bundle built at ${newest.builtAt} (${newest.bundleSha256}) to hold every valid event of the one built at ${bundle.builtAt} (${bundle.bundleSha256}), got one without ${listed(lost)}`;
    const code = isSplit ? 'split_view' : 'events_withheld';
    return [{ newest, older: bundle, finding: { code, where: '/events', eventId: null, message } }];
  });
}
