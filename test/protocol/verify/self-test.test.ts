import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashes, verify as nobleVerify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { ENGINES } from '../../../src/mirror/judge/openssl.ts';
import {
  assertEngineWorks,
  type Engine,
  EngineError,
  Ledger,
  nobleEngine,
  parseJson,
  verifyBundle,
  verifyReceipt,
} from '../../../src/protocol/index.ts';
import { bytesOf, digest, makeBundle, makeReceipt, makeRecord, testTrust } from '../../support/bundles/make-bundle.ts';

const broken = (changes: Partial<Engine>): Engine => ({ ...nobleEngine, ...changes });
const missing = (): never => {
  throw new TypeError('x.toReversed is not a function');
};

/** noble's own meaning of a signature, which lets torsion and small orders pass. */
function cofactored(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  hashes.sha512 = sha512;
  try {
    return nobleVerify(signature, message, publicKey);
  } catch {
    return false;
  }
}

const FAULTS: readonly (readonly [name: string, engine: Engine, message: RegExp])[] = [
  ['accepts every signature', broken({ verify: () => true }), /a forged signature \(another S\) was accepted/],
  ['refuses every signature', broken({ verify: () => false }), /a good signature was refused/],
  [
    'throws on every signature',
    broken({ verify: missing }),
    /could not be verified \(x\.toReversed is not a function\)/,
  ],
  ['computes wrong digests', broken({ sha256Hex: () => '0'.repeat(64) }), /came out as 0{64}/],
  [
    'throws on every digest',
    broken({ sha256Hex: missing }),
    /could not be verified \(x\.toReversed is not a function\)/,
  ],
  ['verifies with the cofactor', broken({ verify: cofactored }), /a forged signature \(an R .*\) was accepted/],
];

describe('the self-test of an engine', () => {
  for (const engine of Object.values(ENGINES)) {
    it(`passes with the engine ${engine.name}`, () => assertEngineWorks(engine));
  }

  for (const [name, engine, message] of FAULTS) {
    it(`fails with an engine that ${name}, each time it is asked`, () => {
      for (let i = 0; i < 2; i++) {
        assert.throws(
          () => assertEngineWorks(engine),
          (error) => error instanceof EngineError && message.test(error.message),
        );
      }
    });

    it(`comes before any verdict of an engine that ${name}`, () => {
      const bundle = bytesOf(makeBundle(makeRecord()));
      assert.equal(verifyBundle(bundle, testTrust).outcome, 'verified');
      assert.throws(() => verifyBundle(bundle, testTrust, engine), EngineError);
      assert.throws(() => verifyBundle(new Uint8Array(), testTrust, engine), EngineError);
    });
  }

  it('is made once for each engine', () => {
    let signatures = 0;
    const counting = broken({
      verify(...asked) {
        signatures++;
        return nobleEngine.verify(...asked);
      },
    });
    assertEngineWorks(counting);
    const first = signatures;
    assert.ok(first >= 5, `${first} signatures`);
    assertEngineWorks(counting);
    assert.equal(signatures, first);
  });

  it('comes before the verdict on a receipt that is verified without its bundle', () => {
    const record = makeRecord();
    const receipt = parseJson(bytesOf(makeReceipt(record)));
    const ledger = new Ledger();
    const refusing = broken({ verify: () => false });
    assert.throws(
      () =>
        verifyReceipt(
          { receipt, canonicalSha256: digest(record), where: '/receipt', eventId: null },
          { trust: testTrust, engine: refusing, ledger },
        ),
      EngineError,
    );
    assert.deepEqual([ledger.checks, ledger.findings], [[], []]);
  });
});
