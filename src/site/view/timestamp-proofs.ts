/**
 * OpenTimestamps proofs that a bundle carries. The protocol does not say which form `timestamp_proofs` and
 * `timestamp_anchors` have, so any text in them that is base64 of such a proof is read as one, and said to be what it is. Pure.
 */
import { counted } from '../../formats/counts.ts';
import {
  type AttestationVerdict,
  decodeBase64,
  encodeHex,
  isArray,
  isObject,
  isTimestampProof,
  type Json,
  parseTimestampProof,
  TimestampError,
  verifyAttestations,
} from '../../protocol/index.ts';

/** Base64 of the first 30 bytes of the magic; `isTimestampProof` decides on the rest. */
const BASE64_START = 'AE9wZW5UaW1lc3RhbXBzAABQcm9vZgC/ieLohOiS';
/** A bundle may carry any number of proofs; more than these are counted and not read. */
const MOST_READ = 20;
/** Values that are looked at for proofs: enough for any bundle that means well. */
const MOST_SEEN = 10_000;

/** Every text below some values that begins as a proof in base64 does. */
function textsIn(values: readonly Json[]): readonly string[] {
  const texts: string[] = [];
  const waiting: Json[] = [...values].reverse();
  for (let seen = 0; waiting.length > 0 && seen < MOST_SEEN; seen++) {
    const value = waiting.pop() ?? null;
    if (typeof value === 'string' && value.startsWith(BASE64_START)) texts.push(value);
    else if (isArray(value)) waiting.push(...value.slice(0, MOST_SEEN).reverse());
    else if (isObject(value)) waiting.push(...[...value.values()].slice(0, MOST_SEEN).reverse());
  }
  return texts;
}

function bytesOf(text: string): Uint8Array | null {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return text.length % 4 === 0 ? decodeBase64(text, (text.length / 4) * 3 - padding) : null;
}

function attestationWords(verdict: AttestationVerdict): string {
  switch (verdict.kind) {
    case 'no_header':
      return `it leads to Bitcoin block ${verdict.height}, whose Merkle root must be ${verdict.merkleRoot}: compare that with any copy of the chain`;
    case 'pending':
      return `${verdict.uri} promised a Bitcoin block, which is not in the proof`;
    default:
      return 'it ends in an attestation of a kind that this mirror does not know';
  }
}

function wordsOfProof(text: string, canonicalSha256: string): string {
  const bytes = bytesOf(text);
  if (bytes === null || !isTimestampProof(bytes))
    return 'One text begins as an OpenTimestamps proof, but is not base64 of one.';
  try {
    const proof = parseTimestampProof(bytes);
    const digest = encodeHex(proof.timestamp.message);
    if (proof.hash !== 'sha256' || digest !== canonicalSha256)
      return `One OpenTimestamps proof is of the digest ${digest}, not of this record’s canonical form, and proves nothing about it.`;
    const attested = verifyAttestations(proof, () => null).map(attestationWords);
    return `An OpenTimestamps proof begins with the digest of the canonical record, and every step of it holds: ${attested.join('; ')}.`;
  } catch (error) {
    if (error instanceof TimestampError || (error instanceof Error && error.name === 'TimestampError'))
      return `One OpenTimestamps proof is damaged: ${error.message}.`;
    throw error;
  }
}

/**
 * A sentence for each proof in some values, none if there is none.
 *
 * @param canonicalSha256 of the record, in hexadecimal.
 */
export function timestampWords(values: readonly Json[], canonicalSha256: string): readonly string[] {
  const texts = textsIn(values);
  const sentences = texts.slice(0, MOST_READ).map((text) => wordsOfProof(text, canonicalSha256));
  const more = texts.length - sentences.length;
  return more > 0 ? [...sentences, `${counted(more, 'more proof')} not read.`] : sentences;
}
