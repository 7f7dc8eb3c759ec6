/** Rule M2 of the merge: events are ordered by `created_at` as an instant, then by `event_id`. */
import { compareCodePoints } from '../bytes.ts';
import type { VerifiedEvent } from '../verify/event.ts';

export function compareEvents(a: VerifiedEvent, b: VerifiedEvent): number {
  return compareCodePoints(a.createdInstant, b.createdInstant) || compareCodePoints(a.eventId, b.eventId);
}
