/** What the operator's timestamp proofs prove, for the home page. Pure. */
import {
  type AttestationVerdict,
  compareCodePoints,
  decodeBase64,
  parseHeaderHex,
  parseTimestampProof,
  verifyAttestations,
} from '../../protocol/index.ts';
import { IndexError } from '../../records/index-error.ts';
import { parseSnapshot, type Snapshot } from '../../records/lists.ts';
import { parseSums } from '../../records/sums.ts';
import { timestampFile } from '../base/paths.ts';
import type { SiteFile } from '../base/site-file.ts';
import { stampedBy, type TimestampFile } from '../read/timestamps.ts';

/** What was stamped: a snapshot of the record index, a list of digests, or anything else. */
export type Stamped =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot /** Of this very site. */; readonly isOwn: boolean }
  | { readonly kind: 'sums'; readonly files: number }
  | { readonly kind: 'other' };

export interface ShownTimestamp {
  /** Name of the stamped file in the site's `timestamps/`; its proof has `.ots` added. */
  readonly name: string;
  readonly bytes: number;
  readonly stamped: Stamped;
  /** One for each end of the proof, in its order. */
  readonly verdicts: readonly AttestationVerdict[];
}

/** The result of a parser of the record index; null for a text that it refuses. */
function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof IndexError) return null;
    throw error;
  }
}

/** @param own the text of the site's `records/snapshot.txt`. */
function stampedOf(name: string, bytes: Uint8Array, own: string): Stamped {
  const text = Buffer.from(bytes).toString('latin1');
  const snapshot = parsed(() => parseSnapshot(text));
  if (snapshot !== null) return { kind: 'snapshot', snapshot, isOwn: text === own };
  const sums = parsed(() => parseSums(name, text));
  return sums === null || sums.length === 0 ? { kind: 'other' } : { kind: 'sums', files: sums.length };
}

const bytesOf = ({ base64 }: TimestampFile): Uint8Array =>
  decodeBase64(base64, Buffer.byteLength(base64, 'base64')) ?? new Uint8Array();

/** The published files, byte for byte as the operator gave them. */
export const timestampFiles = (files: readonly TimestampFile[]): readonly SiteFile[] =>
  files.map((file) => ({ path: timestampFile(file.name), content: bytesOf(file) }));

/**
 * Each proof with what it proves: that of the site's own snapshot first, then by name, the last one first, since names that
 * begin with a date are then in order of time.
 *
 * @param files as {@link TimestampFile} says: complete and checked. @param own the text of the site's snapshot.
 */
export function shownTimestamps(files: readonly TimestampFile[], own: string): readonly ShownTimestamp[] {
  const all = new Map(files.map((file) => [file.name, bytesOf(file)]));
  const headerAt = (height: number): Uint8Array | null => {
    const hex = all.get(`${height}.hex`);
    return hex === undefined ? null : parseHeaderHex(Buffer.from(hex).toString('latin1'));
  };
  const isOwn = ({ stamped }: ShownTimestamp): number => (stamped.kind === 'snapshot' && stamped.isOwn ? 1 : 0);
  return [...all]
    .flatMap(([name, proof]): readonly ShownTimestamp[] => {
      const stamped = stampedBy(name);
      const bytes = all.get(stamped);
      if (!name.endsWith('.ots') || bytes === undefined) return [];
      return [
        {
          name: stamped,
          bytes: bytes.length,
          stamped: stampedOf(stamped, bytes, own),
          verdicts: verifyAttestations(parseTimestampProof(proof), headerAt),
        },
      ];
    })
    .sort((a, b) => isOwn(b) - isOwn(a) || compareCodePoints(b.name, a.name));
}
