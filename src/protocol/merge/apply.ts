/** Rules M3, M4 and M6 of the merge: what each valid event does to the current state. */
import { describe, quote } from '../parse/members.ts';
import { RECORD_CREATED, type VerifiedEvent } from '../verify/event.ts';
import type { Finding } from '../verify/finding.ts';

/** The lists of `current`, in upstream's order, by the event type that fills each. */
export const LISTS = [
  ['graph_snapshot', 'graph_snapshots'],
  ['author_attestation', 'author_attestations'],
  ['timestamp_anchor', 'timestamp_anchors'],
  ['storage_attestation', 'storage_attestations'],
  ['citation_signature', 'citation_signatures'],
  ['replication_record', 'replication_records'],
  ['correction', 'corrections'],
  ['mirror_hint', 'mirror_hints'],
] as const;
export type ListName = (typeof LISTS)[number][1];
const LIST_OF: ReadonlyMap<string, ListName> = new Map(LISTS);

/** One applied event and its effect. */
export interface AppliedEvent {
  readonly event: VerifiedEvent;
  /**
   * `record`: it fills `record_created`; `listed`: it is in `list`; `superseded`: a later event by the same key
   * removed it from `list`; `unlisted`: counted and kept, but in no list of `current`.
   */
  readonly effect: 'record' | 'listed' | 'superseded' | 'unlisted';
  readonly list: ListName | null;
  /** Ids of the events that superseded it, in merge order. */
  readonly supersededBy: readonly string[];
}

export interface Application {
  /** In merge order. */
  readonly applied: readonly AppliedEvent[];
  /** `where` is `''` in these findings: an event of a union has no single position. */
  readonly findings: readonly Finding[];
}

/** @param events distinct valid events of one number, in merge order. */
export function applyEvents(events: readonly VerifiedEvent[]): Application {
  const findings: Finding[] = [];
  const known = new Map(events.map((event) => [event.eventId, event]));
  const removed = new Map<string, string[]>();
  for (const event of events) {
    if (event.prevEvent !== null && !known.has(event.prevEvent)) {
      const message = `expected a known event before it, got ${event.prevEvent}`;
      findings.push({ code: 'dangling_prev_event', where: '', eventId: event.eventId, message });
    }
    for (const name of new Set(event.supersedes)) {
      const problem = supersedingProblem(event, known.get(name));
      if (problem !== null) {
        const message = `expected an event that it may supersede, got ${name}: ${problem}`;
        findings.push({ code: 'foreign_supersedes', where: '', eventId: event.eventId, message });
        continue;
      }
      const by = removed.get(name);
      if (by === undefined) removed.set(name, [event.eventId]);
      else by.push(event.eventId);
    }
  }
  const first = events.find((event) => event.eventType === RECORD_CREATED);
  const applied = events.map((event): AppliedEvent => {
    const supersededBy = removed.get(event.eventId) ?? [];
    const list = LIST_OF.get(event.eventType) ?? null;
    if (event === first) return { event, effect: 'record', list: null, supersededBy };
    if (list === null) {
      if (event.eventType !== RECORD_CREATED) {
        const message = `expected an event type of ${[RECORD_CREATED, ...LIST_OF.keys()].join(', ')}, got ${describe(event.eventType)}`;
        findings.push({ code: 'unknown_event_type', where: '', eventId: event.eventId, message });
      }
      return { event, effect: supersededBy.length > 0 ? 'superseded' : 'unlisted', list, supersededBy };
    }
    return { event, effect: supersededBy.length > 0 ? 'superseded' : 'listed', list, supersededBy };
  });
  return { applied, findings };
}

/** M4: why an event may not supersede another, or null if it may. */
function supersedingProblem(by: VerifiedEvent, named: VerifiedEvent | undefined): string | null {
  if (named === undefined) return 'no valid event of that id is known';
  if (named.key.keyId !== by.key.keyId) return `it is signed by ${quote(named.key.keyId)}, not ${quote(by.key.keyId)}`;
  return named.eventType === RECORD_CREATED ? 'a record_created is in no list' : null;
}
