import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pithNumber } from '../../../src/protocol/verify/record.ts';
import { bytesOf, numberOf } from '../../support/bundles/make-bundle.ts';
import { changed, parseCodes, RECORD } from '../../support/bundles/verdicts.ts';

describe('section 4: the canonical record', () => {
  const codes = (record: unknown): readonly string[] => parseCodes(() => pithNumber(bytesOf(record)));

  it('accepts the observed shape, and an empty license', () => {
    assert.equal(pithNumber(bytesOf(RECORD)), numberOf(RECORD));
    assert.deepEqual(codes(changed(RECORD, ['metadata', 'license'], '')), []);
    assert.deepEqual(codes(changed(RECORD, ['metadata', 'cross_cats_sorted'], [])), []);
  });

  it('the number does not depend on layout or member order, only on the value', () => {
    const { source, metadata, schema_version } = RECORD;
    const other = new TextEncoder().encode(JSON.stringify({ schema_version, metadata, source }, null, 3));
    assert.equal(pithNumber(other), numberOf(RECORD));
    assert.notEqual(pithNumber(bytesOf(changed(RECORD, ['source', 'version'], 2))), numberOf(RECORD));
  });

  const broken: readonly (readonly [rule: string, path: readonly string[], value: unknown, code?: string])[] = [
    ['no other top-level member', ['extra'], 1],
    ['no signature member', ['signature'], {}],
    ['no other member of source', ['source', 'extra'], 1],
    ['no other member of metadata', ['metadata', 'title'], 'a'],
    ['kind is arxiv', ['source', 'kind'], 'doi'],
    ['id is text', ['source', 'id'], 5],
    ['id is not empty', ['source', 'id'], ''],
    ['version is a number', ['source', 'version'], '1'],
    ['version is positive', ['source', 'version'], 0],
    ['version is an integer', ['source', 'version'], 1.5],
    ['submitted_at is a timestamp', ['metadata', 'submitted_at'], '2026-06-22'],
    ['submitted_at has no fraction', ['metadata', 'submitted_at'], '2026-06-22T16:06:11.5Z'],
    ['submitted_at is a real date', ['metadata', 'submitted_at'], '2026-02-30T16:06:11Z'],
    ['title digest is lower-case hexadecimal', ['metadata', 'title_canon_sha256'], 'A'.repeat(64)],
    ['abstract digest has 64 digits', ['metadata', 'abstract_canon_sha256'], 'a'.repeat(63)],
    ['categories are texts', ['metadata', 'cross_cats_sorted'], [1]],
    ['categories are a list', ['metadata', 'cross_cats_sorted'], 'cs.LG'],
    ['license is text', ['metadata', 'license'], null],
    ['primary_cat is text', ['metadata', 'primary_cat'], null],
    ['schema_version is 1.0', ['schema_version'], '1.1', 'unsupported_version'],
    ['schema_version is text', ['schema_version'], 1],
    ['source is there', ['source'], null, 'record_schema'],
  ];
  for (const [rule, path, value, code = 'record_schema'] of broken) {
    it(rule, () => {
      const found = codes(changed(RECORD, path, value));
      assert.ok(found.length > 0);
      assert.deepEqual(new Set(found), new Set([code]));
    });
  }

  it('a record that lacks any member is refused', () => {
    for (const name of ['source', 'metadata', 'schema_version']) {
      assert.deepEqual(new Set(codes(changed(RECORD, [name], undefined))), new Set(['record_schema']), name);
    }
    for (const part of ['source', 'metadata']) {
      for (const name of Object.keys(RECORD[part])) {
        assert.deepEqual(codes(changed(RECORD, [part, name], undefined)), ['record_schema'], name);
      }
    }
  });

  it('a version written as 1.0 is refused', () => {
    const text = JSON.stringify(RECORD).replace('"version":1', '"version":1.0');
    assert.deepEqual(
      parseCodes(() => pithNumber(new TextEncoder().encode(text))),
      ['record_schema'],
    );
  });

  it('a value that is not a record at all is refused', () => {
    for (const value of [null, [], 'a', 1, {}]) assert.ok(codes(value).includes('record_schema'));
  });

  it('all bad members are reported at once', () => {
    assert.equal(codes(changed(changed(RECORD, ['source', 'id'], 5), ['metadata', 'license'], 5)).length, 2);
  });
});
