/** Verifies an OpenTimestamps proof of a file offline, against Bitcoin block headers that the caller supplies. */
import { encodeHex, equalBytes } from '../bytes.ts';
import { type BlockHeader, parseBlockHeader } from './header.ts';
import { hashOfFile } from './operations.ts';
import { attestationsOf, type TimestampProof } from './proof.ts';

export type AttestationVerdict =
  /** The block's Merkle root is the attested message: the file existed before the block, if the block is in the chain. */
  | { readonly kind: 'proved'; readonly height: number; readonly header: BlockHeader }
  /** The block's header has another Merkle root, or does not meet the target it names. */
  | {
      readonly kind: 'failed';
      readonly height: number;
      readonly reason: 'merkle_root' | 'proof_of_work';
      readonly header: BlockHeader;
    }
  /** No header for the block. `merkleRoot`: what it must be, as explorers show it. */
  | { readonly kind: 'no_header'; readonly height: number; readonly merkleRoot: string }
  | { readonly kind: 'pending'; readonly uri: string }
  /** A kind that is not checked here. `tag` has 16 hexadecimal digits. */
  | { readonly kind: 'unknown'; readonly tag: string };

/** The header of the block at a height: 80 bytes; null if there is none. */
export type HeaderSource = (height: number) => Uint8Array | null;

/** Whether a proof is of these bytes: it begins with their digest. */
export function isProofOf({ hash, timestamp }: TimestampProof, bytes: Uint8Array): boolean {
  return equalBytes(hashOfFile(hash, bytes), timestamp.message);
}

function verdictOfBlock(height: number, message: Uint8Array, headers: HeaderSource): AttestationVerdict {
  const bytes = headers(height);
  if (bytes === null) return { kind: 'no_header', height, merkleRoot: encodeHex(message.slice().reverse()) };
  const header = parseBlockHeader(bytes);
  if (!header.hasWork) return { kind: 'failed', height, reason: 'proof_of_work', header };
  if (!equalBytes(header.merkleRoot, message)) return { kind: 'failed', height, reason: 'merkle_root', header };
  return { kind: 'proved', height, header };
}

/**
 * Returns a verdict for each attestation of a proof, in order. It does not check the file: call {@link isProofOf} first.
 *
 * @throws RangeError if a header is not 80 bytes long.
 */
export function verifyAttestations(
  { timestamp }: TimestampProof,
  headers: HeaderSource,
): readonly AttestationVerdict[] {
  return attestationsOf(timestamp).map(({ attestation, message }) => {
    switch (attestation.kind) {
      case 'bitcoin':
        return verdictOfBlock(attestation.height, message, headers);
      case 'pending':
        return { kind: 'pending', uri: attestation.uri };
      default:
        return { kind: 'unknown', tag: attestation.tag };
    }
  });
}
