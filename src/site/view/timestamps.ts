/** The operator's timestamp proofs in words, for the home page. Pure. */
import { minuteOf } from '../../formats/attestation.ts';
import { counted, thousands } from '../../formats/counts.ts';
import { timestampFile } from '../../mirror/base/paths.ts';
import type { ShownTimestamp, Stamped } from '../../mirror/plan/timestamps.ts';
import type { AttestationVerdict } from '../../protocol/index.ts';

export interface TimestampView {
  /** What was stamped. */
  readonly heading: string;
  readonly badge: 'proved' | 'pending' | 'not checked' | 'wrong';
  readonly sentences: readonly string[];
  /** Digests and hashes to compare, each with what it is. */
  readonly values: readonly (readonly [name: string, value: string])[];
  readonly links: readonly { readonly href: string; readonly text: string }[];
}

function headingOf(name: string, stamped: Stamped): string {
  switch (stamped.kind) {
    case 'snapshot': {
      const records = counted(stamped.snapshot.records, 'record');
      return stamped.isOwn ? `This mirror’s record list, of ${records}` : `Another record list, of ${records}`;
    }
    case 'sums':
      return `A list of the digests of ${counted(stamped.files, 'file')}, ${name}`;
    default:
      return `The file ${name}`;
  }
}

/** Null for a promise of a calendar: it says nothing once there is a block. */
function sentenceOf(verdict: AttestationVerdict): string | null {
  switch (verdict.kind) {
    case 'proved':
      return `It existed before ${minuteOf(verdict.header.time)}, if block ${thousands(verdict.height)} is in the Bitcoin chain. When this page was built, every step of the proof held, up to the header of that block and the work in it. Whether the block is in the chain cannot be seen here: compare its hash with any copy of the chain.`;
    case 'no_header':
      return `The proof leads to Bitcoin block ${thousands(verdict.height)}. The header of the block is not here, so this is not checked: compare the block’s Merkle root with any copy of the chain. If it is the one below, this existed before that block was made.`;
    case 'failed':
      return `The proof leads to Bitcoin block ${thousands(verdict.height)}, but the header of that block does not fit it. It proves nothing.`;
    case 'pending':
      return null;
    default:
      return `The proof also has an attestation of a kind that cannot be checked here (${verdict.tag}).`;
  }
}

function valuesOf(verdict: AttestationVerdict): TimestampView['values'] {
  if (verdict.kind === 'proved') return [[`Hash of block ${thousands(verdict.height)}`, verdict.header.hash]];
  return verdict.kind === 'no_header'
    ? [[`Merkle root of block ${thousands(verdict.height)}`, verdict.merkleRoot]]
    : [];
}

function badgeOf(verdicts: readonly AttestationVerdict[]): TimestampView['badge'] {
  const has = (kind: AttestationVerdict['kind']): boolean => verdicts.some((verdict) => verdict.kind === kind);
  if (has('proved')) return 'proved';
  if (has('failed')) return 'wrong';
  return has('no_header') || !has('pending') ? 'not checked' : 'pending';
}

function promises(verdicts: readonly AttestationVerdict[]): readonly string[] {
  const calendars = verdicts.flatMap((verdict) => (verdict.kind === 'pending' ? [verdict.uri] : []));
  return calendars.length === 0 || verdicts.some(({ kind }) => kind === 'proved' || kind === 'no_header')
    ? []
    : [`Nothing is proved yet: ${calendars.join(' and ')} promised to put a digest of it into a Bitcoin block.`];
}

function viewOf({ name, stamped, verdicts }: ShownTimestamp): TimestampView {
  const headers = verdicts.flatMap((verdict) => (verdict.kind === 'proved' ? [`${verdict.height}.hex`] : []));
  return {
    heading: headingOf(name, stamped),
    badge: badgeOf(verdicts),
    sentences: [...verdicts.flatMap((verdict) => sentenceOf(verdict) ?? []), ...promises(verdicts)],
    values: [
      ...(stamped.kind === 'snapshot'
        ? ([
            ['Root of its states', stamped.snapshot.states],
            ['Root of its bundles', stamped.snapshot.bundles],
          ] as const)
        : []),
      ...verdicts.flatMap(valuesOf),
    ],
    links: [name, `${name}.ots`, ...new Set(headers)].map((text) => ({ href: timestampFile(text), text })),
  };
}

/** @returns in the order in which they are given. */
export const timestampViews = (shown: readonly ShownTimestamp[]): readonly TimestampView[] => shown.map(viewOf);
