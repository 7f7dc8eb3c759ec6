/** The events in merge order: the effect of each on the state, and how the result compares. Pure. */

import { counted } from '../../formats/counts.ts';
import { member, text } from '../../formats/paper.ts';
import { receivedBundleFile, recordPage, relativeLink } from '../../mirror/base/paths.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import {
  type AppliedEvent,
  compareCodePoints,
  isArray,
  isObject,
  type Json,
  type MergedRecord,
  parseTimestamp,
  type StateComparison,
} from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { spaced } from '../shared/words.ts';
import { type Cell, cell, type Pair, pairsOf, textCell } from './table.ts';

/** A remark about an event, with a link to another event if it mentions one. */
export interface EventLink {
  readonly text: string;
  /** `#event-3`, or null if that event is not in this mirror. */
  readonly href: string | null;
}

export type EventState = 'applied' | 'superseded' | 'equivocating' | 'invalid';

/** All texts except `key` are safe to show. */
export interface EventRow {
  /** `event-3` */
  readonly anchor: string;
  /** Place in the order of the merge; null for an invalid event. */
  readonly place: number | null;
  readonly type: string;
  readonly eventId: string | null;
  /** The id as claimed, for look-ups only; not safe to show. */
  readonly key: string | null;
  readonly createdAt: string | null;
  readonly signer: string | null;
  readonly target: string | null;
  readonly state: EventState;
  /** What it changed in the state, or why it changed nothing. */
  readonly effect: string;
  /** Remarks: which events it supersedes, follows or contradicts. */
  readonly relations: readonly { readonly words: string; readonly events: readonly EventLink[] }[];
  /** Its payload, if no other part of the page shows it. */
  readonly payload: readonly Pair[];
  /** Whether the payload is unfolded, because nothing else describes such an event. */
  readonly isPayloadOpen: boolean;
}

interface Place {
  readonly instant: string;
  readonly id: string;
}

const before = (a: Place, b: Place): number => compareCodePoints(a.instant, b.instant) || compareCodePoints(a.id, b.id);

/** Sorts after every instant, so events without a valid time come last. */
const NEVER = '\uffff';

/** The most events named in one sentence. */
const MAX_LINKS = 12;

/** What an event is called in links: `3 · correction`. */
export function eventName(row: Pick<EventRow, 'place' | 'type'>): string {
  return `${row.place === null ? 'Invalid event' : `Event ${row.place}`}: ${row.type}`;
}

function effectOf({ event, effect, list }: AppliedEvent, isSecondRecord: boolean): string {
  if (effect === 'record') return 'Created the record: sets record_created in the state.';
  if (effect === 'listed') return `Added an entry to ${list ?? ''} in the state.`;
  if (effect === 'superseded')
    return `Superseded: another event by the same key removed its entry from ${list ?? 'the state'}.`;
  if (isSecondRecord)
    return 'No effect, because an earlier event created the record. The event is counted and kept in the history.';
  return `Counted and kept in the history. The merge does not know the type ${visibleText(event.eventType)}, so it did not add the event to any list.`;
}

/** Every event in merge order; invalid ones are placed by their time. */
export function eventRows(merged: MergedRecord | null, newestSnapshot: string | null): readonly EventRow[] {
  if (merged === null) return [];
  const places = new Map(merged.applied.map(({ event }, i) => [event.eventId, i + 1]));
  const types = new Map(merged.applied.map(({ event }) => [event.eventId, event.eventType]));
  const link = (id: string): EventLink => {
    const place = places.get(id);
    return place === undefined
      ? { text: `${visibleText(id)} (not in this mirror)`, href: null }
      : { text: `event ${place}, ${visibleText(spaced(types.get(id) ?? ''))}`, href: `#event-${place}` };
  };
  const links = (ids: readonly string[], but = ''): readonly EventLink[] => {
    // One more than is shown, since the event itself may be among them.
    const others = ids.slice(0, MAX_LINKS + 1).filter((id) => id !== but);
    const more = ids.length - Math.min(others.length, MAX_LINKS) - (but === '' ? 0 : 1);
    const shown = others.slice(0, MAX_LINKS).map(link);
    return more > 0 ? [...shown, { text: `${more} more`, href: null }] : shown;
  };
  const rivals = new Map<string, readonly string[]>();
  for (const { eventIds } of merged.equivocations) for (const id of eventIds) rivals.set(id, eventIds);
  const valid = merged.applied.map((applied, i): [Place, EventRow] => {
    const { event, effect, supersededBy } = applied;
    const against = rivals.get(event.eventId);
    const relations: EventRow['relations'] = [
      { words: 'Contradicts', events: links(against ?? [], event.eventId) },
      { words: 'Superseded by', events: links(supersededBy) },
      { words: 'Supersedes', events: links(event.supersedes) },
      { words: 'Follows', events: event.prevEvent === null ? [] : [link(event.prevEvent)] },
    ].filter(({ events }) => events.length > 0);
    const isShownElsewhere =
      effect === 'record' ||
      (effect === 'listed' && (event.eventType !== 'graph_snapshot' || event.eventId === newestSnapshot));
    return [
      { instant: event.createdInstant, id: event.eventId },
      {
        anchor: `event-${i + 1}`,
        place: i + 1,
        type: visibleText(spaced(event.eventType)),
        eventId: event.eventId,
        key: event.eventId,
        createdAt: event.createdAt,
        signer: visibleText(`${text(event.signer.get('signer_id')) ?? 'unnamed'} · ${event.key.keyId}`),
        target: event.target === null || event.target === '' ? null : visibleText(event.target),
        state: against !== undefined ? 'equivocating' : effect === 'superseded' ? 'superseded' : 'applied',
        effect: effectOf(applied, event.eventType === 'record_created'),
        relations,
        payload: isShownElsewhere ? [] : pairsOf(event.payload),
        isPayloadOpen: effect === 'unlisted',
      },
    ];
  });
  const invalid = merged.events.invalid.map(({ eventId, reason, value }, i): [Place, EventRow] => {
    const createdAt = text(member(value, 'created_at'));
    return [
      { instant: (createdAt === null ? null : parseTimestamp(createdAt)) ?? NEVER, id: eventId ?? NEVER },
      {
        anchor: `invalid-${i + 1}`,
        place: null,
        type: visibleText(spaced(text(member(value, 'event_type')) ?? 'unnamed type')),
        eventId: eventId === null ? null : visibleText(eventId),
        key: eventId,
        createdAt: createdAt === null ? null : visibleText(createdAt),
        signer: null,
        target: null,
        state: 'invalid',
        effect: `Not applied: ${spaced(reason)}.`,
        relations: [],
        payload: [],
        isPayloadOpen: false,
      },
    ];
  });
  return [...valid, ...invalid].sort(([a], [b]) => before(a, b)).map(([, row]) => row);
}

/** One member in which the shipped and the recomputed state differ. */
export interface Difference {
  readonly where: string;
  readonly shipped: Cell;
  /** Null if only the pointers are known: the recomputed state of a bundle that is not the published one. */
  readonly computed: Cell | null;
}

export interface StateView {
  /** `the published bundle`, or which of several. */
  readonly bundle: string;
  readonly outcome: StateComparison['outcome'];
  readonly words: string;
  readonly shippedSha256: string | null;
  readonly computedSha256: string;
  readonly differences: readonly Difference[];
}

/** The value at a JSON pointer (RFC 6901), or undefined. */
function valueAt(root: Json | undefined, pointer: string): Json | undefined {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>(
      (at, step) => (isObject(at) ? at.get(step) : isArray(at) ? at[Number(step)] : undefined),
      root,
    );
}

function short(value: Json | undefined): Cell {
  if (value === undefined) return textCell('missing');
  const shown = cell(value);
  return shown.text.length > 200 ? { ...shown, text: `${shown.text.slice(0, 200)}…` } : shown;
}

const STATE_WORDS: Readonly<Record<StateComparison['outcome'], string>> = {
  equal: 'The bundle’s own state equals the recomputed state.',
  different:
    'The bundle’s own state differs from the recomputed state. This mirror publishes the recomputed one; the differences are listed below.',
  absent: 'The bundle has no state of its own. This mirror computed the state that it publishes.',
};

export function stateViews(merged: MergedRecord | null): readonly StateView[] {
  if (merged === null) return [];
  const published = merged.published.kind === 'received' ? merged.published.bundle : null;
  return merged.comparisons.map(({ bundle, outcome, contentSha256, computedSha256, differences }) => ({
    bundle: bundle === published ? 'The published bundle' : `The bundle built ${bundle.builtAt}`,
    outcome,
    words: STATE_WORDS[outcome],
    shippedSha256: contentSha256,
    computedSha256,
    differences: differences.map((where) => ({
      where: visibleText(where === '' ? 'the whole state' : where),
      shipped: short(valueAt(bundle.claimedState, where)),
      computed: bundle === published ? short(valueAt(merged.state.value, where)) : null,
    })),
  }));
}

/** One of the received bundles, and how it differs from the others. */
export interface ReceivedRow {
  readonly name: string;
  readonly href: string;
  readonly text: string;
  readonly isPublished: boolean;
  /** Valid events that no other bundle has. */
  readonly adds: readonly string[];
  /** Valid events of other bundles that it lacks. */
  readonly lacks: readonly string[];
}

/** Section 9 for readers: what each bundle adds, and what it withholds. Empty if there is only one bundle. */
export function receivedRows({ received, identified, merged }: RecordEntry): readonly ReceivedRow[] {
  if (received.length < 2) return [];
  const page = recordPage(identified.suffix);
  const holders = new Map<string, number>();
  const held = received.map(({ bundle }) => new Set(bundle.events.map(({ eventId }) => eventId)));
  for (const ids of held) for (const id of ids) holders.set(id, (holders.get(id) ?? 0) + 1);
  return received.map(({ bundle, bytesSha256 }, i) => ({
    name: `${bytesSha256}.json`,
    href: relativeLink(page, receivedBundleFile(identified.suffix, bytesSha256)),
    text: `built ${bundle.builtAt}, signed by ${visibleText(bundle.key.keyId)}, ${counted(held[i]?.size ?? 0, 'valid event')}`,
    isPublished: merged?.published.kind === 'received' && merged.published.bundle === bundle,
    adds: [...holders].filter(([id, count]) => count === 1 && held[i]?.has(id)).map(([id]) => id),
    lacks: [...holders.keys()].filter((id) => !held[i]?.has(id)),
  }));
}
