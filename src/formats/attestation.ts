/** What one attestation of an OpenTimestamps proof shows, as text for the command line and for pages. Pure. */
import type { AttestationVerdict } from '../protocol/index.ts';
import { thousands } from './counts.ts';

/** A time of a block in UTC to the minute: blocks are not more exact than that. */
export const minuteOf = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** @param chainHeight height of the last of the headers, if they are all from the first block on; null for single headers. */
export function attestationText(verdict: AttestationVerdict, chainHeight: number | null): string {
  switch (verdict.kind) {
    case 'proved': {
      const { height, header } = verdict;
      const chain =
        chainHeight === null
          ? `if block ${height} is in the Bitcoin chain. Its hash is ${header.hash}; compare it with any copy of the chain. Its difficulty is ${thousands(Math.round(header.difficulty))}: forging it costs as much as mining such a block`
          : `block ${height} of the ${thousands(chainHeight + 1)} headers given, each checked from the first block on; its hash is ${header.hash}`;
      return `existed before ${minuteOf(header.time)}, ${chain}`;
    }
    case 'failed':
      return verdict.reason === 'merkle_root'
        ? `wrong: block ${verdict.height} has a different Merkle root (header ${verdict.header.hash})`
        : `wrong: the header given for block ${verdict.height} lacks the proof of work that it claims (it hashes to ${verdict.header.hash})`;
    case 'no_header':
      return `not checked: no header for block ${verdict.height}. Its Merkle root must be ${verdict.merkleRoot}`;
    case 'pending':
      return `pending at ${verdict.uri}: no block yet. Try again later with --upgrade`;
    default:
      return `not checked: an attestation of an unknown kind (${verdict.tag})`;
  }
}
