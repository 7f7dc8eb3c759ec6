/**
 * The reason codes of the protocol (README.md, section 10) and the error that carries them.
 *
 * The list is closed, because reports, tests and operators' scripts rely on it. The meaning of a code never changes.
 */

/** Why a document could not be read at all. */
export const READING_CODES = [
  'unreadable',
  'too_large',
  'invalid_utf8',
  'bom',
  'not_json',
  'duplicate_key',
  'lone_surrogate',
  'too_deep',
  'number_out_of_range',
] as const;

/** Why a signature does not count. They apply to bundles and to events. */
export const SIGNATURE_CODES = [
  'missing_signature',
  'signature_status',
  'base64',
  'untrusted_key',
  'fingerprint_mismatch',
  'role_mismatch',
  'bad_signature',
] as const;

/** Why a whole bundle is rejected, besides the signature codes. */
export const BUNDLE_CODES = [
  'bundle_schema',
  'unsupported_version',
  'bundle_hash_mismatch',
  'record_schema',
  'canonical_hash_mismatch',
  'number_syntax',
  'number_mismatch',
  'short_number_mismatch',
  'source_mismatch',
  'alias_mismatch',
  'duplicate_key_id',
  'key_encoding_mismatch',
  'no_record_created',
] as const;

/** Why a single event is invalid, besides the signature codes and `unsupported_version`. */
export const EVENT_CODES = [
  'event_schema',
  'timestamp',
  'content_hash_mismatch',
  'event_id_mismatch',
  'wrong_subject',
  'key_id_mismatch',
  'record_mismatch',
] as const;

/** Findings that reject nothing. */
export const NOTICE_CODES = [
  'state_mismatch',
  'receipt_invalid',
  'title_mismatch',
  'snapshot_hash_mismatch',
  'equivocation',
  'dangling_prev_event',
  'foreign_supersedes',
  'key_past_rotation',
  'events_withheld',
  'split_view',
  'short_number_collision',
  'alias_conflict',
  'unknown_event_type',
] as const;

// A bundler cannot know that spreading a list has no side effect. Marked as pure, it is dropped from scripts that do not use it.
export const REASON_CODES = /* @__PURE__ */ (() =>
  [...READING_CODES, ...SIGNATURE_CODES, ...BUNDLE_CODES, ...EVENT_CODES, ...NOTICE_CODES] as const)();

export type ReasonCode = (typeof REASON_CODES)[number];

/** One problem in a document. */
export interface Problem {
  readonly code: ReasonCode;
  /** JSON pointer (RFC 6901) into the document; `''` is the document itself. */
  readonly path: string;
  /** What was expected and what was found, on one line. May quote the document, so escape it before showing it. */
  readonly message: string;
}

/**
 * A document that could not be read: it is not JSON by section 1 of README.md, or does not have the required shape.
 *
 * `code` and `path` are those of the first problem; `problems` has all that were found, at least one.
 */
export class ParseError extends Error {
  readonly code: ReasonCode;
  readonly path: string;
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(first: Problem, more: readonly Problem[] = []) {
    super(`${first.code} at ${first.path === '' ? 'the top level' : first.path}: ${first.message}`);
    this.name = 'ParseError';
    this.code = first.code;
    this.path = first.path;
    this.problems = [first, ...more];
  }
}

/** Appends one reference token to a JSON pointer (RFC 6901: `~` is `~0`, `/` is `~1`). */
export function pointer(base: string, token: string | number): string {
  if (typeof token === 'number' || !/[~/]/.test(token)) return `${base}/${token}`;
  return `${base}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
