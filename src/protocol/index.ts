/**
 * The library's entry point: everything that other layers, and other programs, may use of the protocol.
 *
 *     const trust = readTrust(trustFileBytes);
 *     const verdict = verifyBundle(bundleBytes, trust);
 *     if (verdict.bundle !== null) console.log(mergeBundles([verdict.bundle]).state.sha256);
 */
export {
  asWellFormed,
  compareCodePoints,
  decodeBase64,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
} from './bytes.ts';
export { formatCanonical, formatCompact, formatIndented } from './canonical-json.ts';
export { canonTextDigest, sha256Hex } from './digest.ts';
export { ENGINE_NAMES, type Engine, EngineError, type EngineName } from './engine.ts';
export { ParseError, type Problem, pointer, REASON_CODES, type ReasonCode } from './errors.ts';
export {
  expectedAliases,
  fingerprintBase32Of,
  PITH_NUMBER_PATTERN,
  SUFFIX_PATTERN,
  suffixOfNumber,
} from './identifier.ts';
export { isArray, isNumber, isObject, type Json, type JsonArray, type JsonNumber, type JsonObject } from './json.ts';
export { type AppliedEvent, LISTS, type ListName } from './merge/apply.ts';
export type { Equivocation } from './merge/equivocation.ts';
export {
  equivocationFinding,
  type MergedRecord,
  mergeBundles,
  type PublishedBundle,
  type StateComparison,
  stateCheck,
  type ViewDifference,
} from './merge/merge.ts';
export type { MergedState } from './merge/state.ts';
export type { EventSet } from './merge/union.ts';
export { type BlockHeader, HEADER_LENGTH, parseBlockHeader, parseHeaderHex } from './opentimestamps/header.ts';
export { applyOperation, hashOfFile } from './opentimestamps/operations.ts';
export {
  type Attested,
  attestationsOf,
  type Branch,
  formatTimestampProof,
  isTimestampProof,
  MAX_PROOF,
  mergeTimestampTrees,
  parseTimestampProof,
  parseTimestampTree,
  TimestampError,
  type TimestampProof,
  type TimestampTree,
} from './opentimestamps/proof.ts';
export { type AttestationVerdict, type HeaderSource, isProofOf, verifyAttestations } from './opentimestamps/verify.ts';
export { MERGE_VERSION } from './parse/bundle.ts';
export { canonicalize } from './parse/canonicalize.ts';
export { parseJson } from './parse/json.ts';
export { Members, Problems } from './parse/members.ts';
export { type ParsedRecord, parseRecord } from './parse/record.ts';
export { parseTimestamp } from './parse/timestamp.ts';
export {
  type BundleVerdict,
  MAX_BUNDLE_BYTES,
  type VerificationSteps,
  type VerifiedBundle,
  verifyBundle,
  verifyBundleSteps,
} from './verify/bundle.ts';
export type { Context } from './verify/context.ts';
export { isPublicKey, nobleEngine, verifySignature } from './verify/ed25519.ts';
export type { InvalidEvent, VerifiedEvent } from './verify/event.ts';
export type { Check, CheckOutcome, CheckSubject, Finding } from './verify/finding.ts';
export { Ledger } from './verify/ledger.ts';
export { verifyReceipt } from './verify/receipt.ts';
export { type IdentifiedRecord, identifyRecord, pithNumber } from './verify/record.ts';
export { assertEngineWorks } from './verify/self-test.ts';
export { type PinnedKey, readTrust, type Trust } from './verify/signer.ts';
