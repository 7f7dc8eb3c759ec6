/** The table of contents of a record's page: its sections, in order. Pure. */
import type { RecordView } from './record.ts';

export interface TocEntry {
  readonly href: string;
  readonly text: string;
}

/** The same conditions as on the page itself, so that every link has a target. */
export function tableOfContents(view: Omit<RecordView, 'toc'>): readonly TocEntry[] {
  const entries: readonly (readonly [id: string, text: string, isThere?: boolean])[] = [
    ['abstract', 'Abstract', view.abstract !== null],
    ['verdict', 'Verdict'],
    ...view.contents.parts.map(({ id, heading }) => [id, heading] as const),
    ['cite', 'Cite this paper'],
    ['embed', 'Cite or embed this number'],
    ['completeness', 'Record completeness'],
    ['bundle', 'Portable graph bundle'],
    ['ledger', 'What was checked'],
    ['events', 'Events and state', view.events.length > 0],
    ['proof', 'What this does not prove'],
    ['receipt', 'Receipt'],
    ['aliases', 'Aliases'],
    ['shell', 'Verify it in a shell'],
    ['record', 'Canonical record'],
  ];
  return entries.flatMap(([id, text, isThere = true]) => (isThere ? [{ href: `#${id}`, text }] : []));
}
