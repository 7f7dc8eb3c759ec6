/** Warnings that nobody may overlook, shown above the title. Pure. */

import { counted } from '../../formats/counts.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { RecordContents } from './contents.ts';
import type { EventRow } from './merge.ts';

export interface Alert {
  readonly kind: 'correction' | 'contradiction' | 'withheld' | 'invalid' | 'integrity';
  readonly heading: string;
  /** Safe to show. */
  readonly text: string;
  /** The part of the page with details. */
  readonly href: string;
}

/** The text of the newest correction, shortened if needed. */
function newestCorrection(contents: RecordContents): string {
  const part = contents.parts.find(({ id }) => id === 'list-corrections');
  const words = part?.table?.rows
    .at(-1)
    ?.slice(1)
    .map(({ text }) => text)
    .filter((text) => text !== '–')
    .join(' · ');
  if (words === undefined || words === '') return 'Read it before you rely on the paper.';
  return words.length > 300 ? `“${words.slice(0, 300)}…”` : `“${words}”`;
}

export function alertsOf(
  { merged, findings }: RecordEntry,
  contents: RecordContents,
  events: readonly EventRow[],
): readonly Alert[] {
  if (merged === null) return [];
  const alerts: Alert[] = [];
  const corrections = contents.parts.find(({ id }) => id === 'list-corrections')?.table;
  const corrected = (corrections?.rows.length ?? 0) + (corrections?.more ?? 0);
  if (corrected > 0) {
    alerts.push({
      kind: 'correction',
      heading: `This paper has ${counted(corrected, 'correction')}`,
      text: newestCorrection(contents),
      href: '#list-corrections',
    });
  }
  const rival = events.find(({ state }) => state === 'equivocating');
  if (rival !== undefined) {
    alerts.push({
      kind: 'contradiction',
      heading: `Signed events contradict each other: ${counted(merged.equivocations.length, 'equivocation')}`,
      text: 'One key signed two conflicting events, or two events created the record. This mirror shows all of them and does not choose between them.',
      href: `#${rival.anchor}`,
    });
  }
  const withheld = findings.filter(({ code }) => code === 'split_view' || code === 'events_withheld').length;
  if (withheld > 0) {
    alerts.push({
      kind: 'withheld',
      heading: 'The bundles received for this number disagree',
      text: 'At least one of them lacks a signed event that another has. This page shows the events of all of them.',
      href: '#received',
    });
  }
  const invalid = events.find(({ state }) => state === 'invalid');
  if (invalid !== undefined) {
    alerts.push({
      kind: 'invalid',
      heading: `${counted(merged.events.invalid.length, 'event is', 'events are')} invalid`,
      text: 'The bundle contains them, but they failed a check and were not applied.',
      href: `#${invalid.anchor}`,
    });
  }
  const severe = contents.parts
    .find(({ id }) => id === 'snapshot-integrity')
    ?.table?.rows.filter(([severity]) => severity?.text === 'critical').length;
  if (severe !== undefined && severe > 0) {
    alerts.push({
      kind: 'integrity',
      heading: `${counted(severe, 'critical integrity finding')}`,
      text: 'Detectors at pith.science reported this, and the registry signed the report.',
      href: '#snapshot-integrity',
    });
  }
  return alerts;
}
