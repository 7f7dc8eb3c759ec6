/**
 * How a reader repeats the checks of a record by hand: `check.py` (`formats/check-script.ts`), the lines that say what this record
 * is expected to have, and for each group of the ledger the line that runs all of the group's checks. Needs Python 3 and
 * OpenSSL 3, in a folder with the record's files. Pure.
 *
 * The only parts of a bundle in the lines are digests and the Pith Number that follows from one; the script reads the rest from
 * the files.
 */
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { PinnedKey } from '../../protocol/index.ts';
import { trustText } from './verify.ts';

/** If the published bundle was assembled, the ledger's pointers refer to the received bundles. */
const isSigned = ({ merged }: RecordEntry): boolean => merged?.published.kind === 'received';

/** The lines that write what `check.py` compares with, `expect.json`, and the mirror's keys, `trust.json`; once per page. */
export function expectedLines({ identified, merged }: RecordEntry, keys: readonly PinnedKey[]): string {
  const expected = {
    hash: identified.canonicalSha256,
    number: identified.pithNumber,
    ...(merged === null ? {} : { state: merged.state.sha256 }),
  };
  return `cat > expect.json <<'END'\n${JSON.stringify(expected)}\nEND\ncat > trust.json <<'END'\n${trustText({ keys })}\nEND`;
}

/** What a group of the ledger is about. */
export type GroupSubject =
  | { readonly kind: 'record' | 'bundle' | 'keys' }
  /** @property index of the event in the bundle; null if the bundle has no such event. */
  | { readonly kind: 'event'; readonly index: number | null };

/** The command that repeats all checks of a group; null if the files are not enough for that. */
export function repeatLine(entry: RecordEntry, subject: GroupSubject): string | null {
  if (subject.kind === 'record') return 'python3 check.py record';
  if (!isSigned(entry)) return null;
  if (subject.kind !== 'event') return `python3 check.py ${subject.kind}`;
  return subject.index === null ? null : `python3 check.py event ${subject.index}`;
}
