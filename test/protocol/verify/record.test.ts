import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identifyRecord, parseRecord, pithNumber } from '../../../src/protocol/index.ts';
import { parseJson } from '../../../src/protocol/parse/json.ts';
import { bytesOf, digest, numberOf } from '../../support/bundles/make-bundle.ts';
import { changed, parseCodes, RECORD } from '../../support/bundles/verdicts.ts';

describe('sections 2 and 3: what follows from a record', () => {
  it('a record has its digest and all its names', () => {
    const identified = identifyRecord(parseRecord(parseJson(bytesOf(RECORD))));
    assert.equal(identified.canonicalSha256, digest(RECORD));
    assert.equal(identified.pithNumber, numberOf(RECORD));
    assert.equal(identified.pithNumber, `pith:2026:${identified.suffix}`);
    assert.equal(identified.shortPithNumber, `pith:${identified.suffix.slice(0, 8)}`);
  });

  it('the year is that of submitted_at', () => {
    assert.match(
      pithNumber(bytesOf(changed(RECORD, ['metadata', 'submitted_at'], '1999-12-31T23:59:59Z'))),
      /^pith:1999:/,
    );
  });

  it('bytes that are not JSON keep their reading code', () => {
    assert.deepEqual(
      parseCodes(() => pithNumber(new TextEncoder().encode('{"a":1,"a":1}'))),
      ['duplicate_key'],
    );
  });
});
