/** Input for tests of updates: records, bundles and notes that change each other's pages. */
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
} from './make-bundle.ts';

/** The record of this number: every sixth is of the same month, every second of the same category. */
export const recordOf = (i: number): Data =>
  makeRecord({
    id: `2606.${String(i).padStart(5, '0')}`,
    metadata: { submitted_at: `2026-0${1 + (i % 6)}-1${i % 10}T00:00:00Z`, primary_cat: i % 2 ? 'cs.DC' : 'math.NT' },
  });
export const plain = (i: number, changes: Data = {}): Uint8Array =>
  bytesOf(makeBundle(recordOf(i), undefined, changes));

export const noteOf = (of: Data, members: Data = {}, text = 'Words.'): string => {
  const lines = Object.entries({ pith_number: numberOf(of), ...members }).map(([k, v]) => `${k}: ${JSON.stringify(v)}`);
  return `---\n${lines.join('\n')}\n---\n\n${text}\n`;
};
export const noteName = (of: Data): string => `${numberOf(of).slice(-26)}.md`;

const R = recordOf(1);
const BASE = [makeRecordCreated(R), makeSnapshot(R)];
/** Two bundles of one record, of which neither has all events. */
export const OLDER = bytesOf(makeBundle(R, [...BASE, makeCorrection(R, 'a')], { built_at: '2026-07-02T00:00:00Z' }));
export const NEWER = bytesOf(makeBundle(R, [...BASE, makeCorrection(R, 'b')], { built_at: '2026-07-04T00:00:00Z' }));
export const BAD = '{"bundle_type":';
/** Two records with one short number; see plan.test.ts. */
export const COLLIDED = [makeRecord({ id: '2606.962346' }), makeRecord({ id: '2606.1225389' })] as const;
/** Another record of the version that {@link OLDER} is of. */
export const CONFLICTING = makeRecord({
  id: R.source.id,
  title: 'Another',
  metadata: { primary_cat: 'cs.CR' },
});
/** A record that only a note quotes. */
export const QUOTED = recordOf(99);

/** Ten records that no step changes. */
export const FILLERS: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [`plain/${i}.json`, plain(i + 10)] as const),
);
