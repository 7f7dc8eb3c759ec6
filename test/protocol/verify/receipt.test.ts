import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ledger, nobleEngine, verifyReceipt } from '../../../src/protocol/index.ts';
import { parseJson } from '../../../src/protocol/parse/json.ts';
import {
  authorKey,
  bytesOf,
  type Data,
  digest,
  makeReceipt,
  makeRecord,
  secondKey,
  strangerKey,
  testTrust,
} from '../../support/bundles/make-bundle.ts';
import { CREATED, changed, RECORD } from '../../support/bundles/verdicts.ts';

const RECEIPT = makeReceipt(RECORD);

function judgeReceipt(receipt: Data): Ledger {
  const ledger = new Ledger();
  const value = receipt === undefined ? undefined : parseJson(bytesOf(receipt));
  const subject = { receipt: value, canonicalSha256: digest(RECORD), where: '/receipt', eventId: null };
  verifyReceipt(subject, { trust: testTrust, engine: nobleEngine, ledger });
  return ledger;
}

describe('section 5: the receipt', () => {
  it('is verified with a registry key over the record digest', () => {
    for (const receipt of [RECEIPT, makeReceipt(RECORD, secondKey)]) {
      const { findings, checks } = judgeReceipt(receipt);
      assert.deepEqual(findings, []);
      assert.deepEqual(
        checks.map(({ subject, how, outcome }) => [subject, how, outcome]),
        [['receipt', 'signature', 'verified']],
      );
    }
  });

  const other = makeReceipt(makeRecord({ id: '2606.00002' }));
  const broken: readonly (readonly [rule: string, receipt: Data])[] = [
    ['is there', undefined],
    ['is not null', null],
    ['is an object', []],
    ['has its kind', changed(RECEIPT, ['kind'], 'receipt')],
    ['is of this record', other],
    ['names this record', changed(RECEIPT, ['canonical_sha256'], other.canonical_sha256)],
    ['is signed for this record', changed(other, ['canonical_sha256'], RECEIPT.canonical_sha256)],
    ['has the status signed_v1', changed(RECEIPT, ['signature_status'], 'unsigned')],
    ['has the algorithm ed25519', changed(RECEIPT, ['algorithm'], 'ed25519ph')],
    ['has its own signed_message', changed(RECEIPT, ['signed_message'], 'open_graph_event_sha256_bytes')],
    ['is not by a key that is not pinned', makeReceipt(RECORD, strangerKey)],
    ['is not by an author', makeReceipt(RECORD, authorKey)],
    [
      'is not by another key under the pinned id',
      {
        ...makeReceipt(RECORD, strangerKey),
        key_id: RECEIPT.key_id,
        public_key_fingerprint: RECEIPT.public_key_fingerprint,
      },
    ],
    [
      'has the fingerprint of its key',
      changed(RECEIPT, ['public_key_fingerprint'], makeReceipt(RECORD, secondKey).public_key_fingerprint),
    ],
    ['has canonical base64', changed(RECEIPT, ['signature_b64'], RECEIPT.signature_b64.replace(/=+$/, ''))],
    ['has real dates', changed(RECEIPT, ['signed_at'], 'yesterday')],
    ['is not the signature of an event', { ...RECEIPT, signature_b64: CREATED.signature.signature_b64 }],
  ];
  for (const [rule, receipt] of broken) {
    it(`is receipt_invalid unless it ${rule}`, () => {
      const { findings, checks } = judgeReceipt(receipt);
      assert.ok(findings.length > 0);
      assert.deepEqual(new Set(findings.map(({ code }) => code)), new Set(['receipt_invalid']));
      assert.notEqual(checks[0]?.outcome, 'verified');
    });
  }
});
