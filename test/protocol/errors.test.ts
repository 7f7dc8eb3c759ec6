import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParseError, pointer, REASON_CODES } from '../../src/protocol/errors.ts';

describe('section 10: reason codes', () => {
  it('the list of codes is closed, since a change breaks reports and scripts', () => {
    const paper =
      `unreadable too_large invalid_utf8 bom not_json duplicate_key lone_surrogate too_deep number_out_of_range
      bundle_schema unsupported_version missing_signature signature_status base64 untrusted_key fingerprint_mismatch
      role_mismatch bad_signature bundle_hash_mismatch record_schema canonical_hash_mismatch number_syntax number_mismatch
      short_number_mismatch source_mismatch alias_mismatch duplicate_key_id key_encoding_mismatch no_record_created
      event_schema timestamp content_hash_mismatch event_id_mismatch wrong_subject key_id_mismatch record_mismatch
      state_mismatch receipt_invalid title_mismatch snapshot_hash_mismatch equivocation dangling_prev_event
      foreign_supersedes key_past_rotation events_withheld split_view short_number_collision alias_conflict
      unknown_event_type`.split(/\s+/);
    assert.deepEqual(REASON_CODES.toSorted(), paper.toSorted());
    assert.equal(new Set(REASON_CODES).size, REASON_CODES.length);
  });

  it('a ParseError has the first problem as its own and all problems as a list', () => {
    const first = { code: 'bom', path: '/a', message: 'm' } as const;
    const second = { code: 'too_deep', path: '/b', message: 'n' } as const;
    const error = new ParseError(first, [second]);
    assert.deepEqual([error.code, error.path, error.problems], ['bom', '/a', [first, second]]);
  });

  it('a JSON pointer escapes ~ and / (RFC 6901)', () => {
    assert.equal(pointer(pointer('', 'a/b~c'), 0), '/a~1b~0c/0');
  });
});
