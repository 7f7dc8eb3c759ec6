/** The OpenSSL engine gives the results of the reference, whatever this Node's OpenSSL says about odd points. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { BuildError } from '../../../src/mirror/base/failure.ts';
import { judgeBundle } from '../../../src/mirror/judge/judge.ts';
import {
  ENGINES,
  EngineDisagreement,
  hasStrictForm,
  openSslEngine,
  verifyBundleBy,
} from '../../../src/mirror/judge/openssl.ts';
import {
  assertEngineWorks,
  ENGINE_NAMES,
  type Engine,
  nobleEngine,
  verifyBundle,
} from '../../../src/protocol/index.ts';
import {
  bytesOf,
  makeBundle,
  makeRecord,
  numberOf,
  registryKey,
  strangerKey,
  testTrust,
} from '../../support/bundles/make-bundle.ts';
import { defaultTrust, seedBytes } from '../../support/bundles/vectors.ts';
import {
  makeVectors,
  nonCanonicalPoints,
  nonCanonicalTorsion,
  testScalar,
  toBytes,
  torsionPoints,
  toScalar,
} from '../../vectors/ed25519.generate.ts';

// For getPublicKey and sign.
hashes.sha512 = sha512;

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Asserts that both engines say the same, and returns what. */
function verdict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const said = nobleEngine.verify(publicKey, message, signature);
  const shown = [publicKey, message, signature].map((bytes) => Buffer.from(bytes).toString('hex')).join(' ');
  assert.equal(openSslEngine.verify(publicKey, message, signature), said, shown);
  return said;
}

describe('section 5: the OpenSSL engine', () => {
  for (const { note, valid, public_key, message, signature } of makeVectors()) {
    it(`${valid ? 'accepts' : 'refuses'}: ${note}`, () => {
      assert.equal(verdict(fromHex(public_key), fromHex(message), fromHex(signature)), valid);
    });
  }

  const small: readonly Uint8Array[] = [
    ...torsionPoints().map((point) => point.toBytes()),
    ...nonCanonicalTorsion().map(([, bytes]) => bytes),
    ...nonCanonicalPoints(),
  ];
  const { scalar, point } = testScalar('openssl');
  const odd: readonly Uint8Array[] = [...small, ...torsionPoints().map((torsion) => point.add(torsion).toBytes())];

  it('agrees on every pair of odd keys and Rs, with S of 0, 1, L and a large one', () => {
    const message = new Uint8Array(32).fill(7);
    for (const key of odd) {
      for (const r of odd) {
        for (const s of [0n, 1n, ORDER, scalar]) verdict(key, message, join(r, toBytes(s)));
      }
    }
  });

  it('settles before OpenSSL is asked what OpenSSL’s versions see differently', () => {
    const good = sign(new Uint8Array(32), registryKey.secret);
    assert.equal(hasStrictForm(good), true);
    for (const r of small)
      assert.equal(hasStrictForm(join(r, good.subarray(32))), false, Buffer.from(r).toString('hex'));
    for (const r of odd.slice(small.length + 1)) assert.equal(hasStrictForm(join(r, good.subarray(32))), true);
    for (const [s, expected] of [
      [0n, true],
      [ORDER - 1n, true],
      [ORDER, false],
      [ORDER + 1n, false],
      [2n ** 255n - 1n, false],
      [2n ** 256n - 1n, false],
      [toScalar(good.subarray(32)) + ORDER, false],
    ] as const) {
      assert.equal(hasStrictForm(join(good.subarray(0, 32), toBytes(s))), expected, String(s));
    }
    const prime = 2n ** 255n - 19n;
    for (const [y, expected] of [
      [prime - 2n, true],
      [prime, false],
      [prime + 2n, false],
      [2n ** 255n - 1n, false],
    ] as const) {
      for (const sign of [0n, 1n << 255n]) {
        assert.equal(hasStrictForm(join(toBytes(y | sign), good.subarray(32))), expected, String(y));
      }
    }
    for (const length of [0, 63, 65]) assert.equal(hasStrictForm(new Uint8Array(length).fill(1)), false);
  });

  it('knows all small orders: the reference finds no other point of a small y', () => {
    for (const torsion of torsionPoints()) {
      const encoded = torsion.toBytes();
      const mirrored = encoded.map((byte, i) => (i === 31 ? byte ^ 0x80 : byte));
      for (const r of [encoded, mirrored]) assert.equal(hasStrictForm(join(r, toBytes(1n))), false);
    }
  });

  it('takes keys of 32 bytes only, though the import of DER takes 33', () => {
    const message = new Uint8Array(32).fill(7);
    const signature = sign(message, registryKey.secret);
    assert.equal(verdict(registryKey.publicKey, message, signature), true);
    for (const key of [join(registryKey.publicKey, Uint8Array.of(0)), registryKey.publicKey.subarray(1)]) {
      assert.equal(verdict(key, message, signature), false);
    }
  });

  it('refuses to answer for what is not bytes, as the reference does', () => {
    const bytes = new Uint8Array(64);
    const values: readonly unknown[] = [
      null,
      undefined,
      '',
      1n,
      {},
      [],
      new ArrayBuffer(64),
      new Uint16Array(32),
      Object.create(Uint8Array.prototype),
      new Proxy(bytes, {}),
    ];
    const signature = sign(bytes, registryKey.secret);
    for (const value of values) {
      const any = value as Uint8Array;
      for (const [key, message, by] of [
        [any, any, any],
        [any, bytes, signature],
        [registryKey.publicKey, any, signature],
        [registryKey.publicKey, bytes, any],
      ] as const) {
        assert.throws(() => openSslEngine.verify(key, message, by), TypeError);
      }
    }
  });

  it('property: agrees on honest and on mutated signatures', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
    const flip = (data: Uint8Array, bit: number): Uint8Array =>
      data.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    fc.assert(
      fc.property(
        bytes(32),
        fc.uint8Array({ maxLength: 100 }),
        fc.option(fc.nat(1023), { nil: null }),
        fc.constantFrom(0n, 0n, 0n, 1n, 7n),
        (secret, message, bit, moved) => {
          let key: Uint8Array = getPublicKey(secret);
          let signature: Uint8Array = sign(message, secret);
          if (bit !== null && bit < 256) key = flip(key, bit);
          else if (bit !== null) signature = flip(signature, bit & 511);
          const s = toScalar(signature.subarray(32)) + moved * ORDER;
          const said = verdict(key, message, join(signature.subarray(0, 32), toBytes(s)));
          assert.equal(said, bit === null && moved === 0n);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  it('computes the reference’s digests', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i & 255);
      assert.equal(openSslEngine.sha256Hex(bytes), nobleEngine.sha256Hex(bytes));
      assert.equal(openSslEngine.sha256Hex(bytes.subarray(1)), nobleEngine.sha256Hex(bytes.subarray(1)));
      const text = '\u0000aé\u2028😀'.repeat(length);
      assert.equal(openSslEngine.sha256Hex(text), nobleEngine.sha256Hex(new TextEncoder().encode(text)));
      assert.equal(nobleEngine.sha256Hex(text), openSslEngine.sha256Hex(text));
    }
  });
});

describe('whole bundles by either engine', () => {
  it('engines are chosen by name', () => {
    for (const name of ENGINE_NAMES) assert.equal(ENGINES[name].name, name);
  });

  it('have one verdict', () => {
    const record = makeRecord();
    const documents = [
      [seedBytes(), defaultTrust()],
      [seedBytes(), testTrust],
      [bytesOf(makeBundle(record)), testTrust],
      [bytesOf(makeBundle(record, undefined, {}, strangerKey)), testTrust],
      [seedBytes().subarray(1), testTrust],
    ] as const;
    for (const [bytes, trust] of documents) {
      const { bundle: a, ...said } = verifyBundle(bytes, trust);
      const { bundle: b, ...other } = verifyBundle(bytes, trust, openSslEngine);
      assert.deepEqual(other, said);
      assert.equal(b?.bundleSha256, a?.bundleSha256);
    }
  });

  /** A record that is in the sample of those checked with both, and one that is not. */
  const sampled = Array.from({ length: 2000 }, (_, i) => makeRecord({ version: i + 1 })).find((record) =>
    makeBundle(record, []).canonical_sha256.endsWith('00'),
  );

  it('a sample of records is judged by the reference too, and a disagreement stops everything', () => {
    assert.ok(sampled !== undefined);
    const bytes = bytesOf(makeBundle(sampled));
    assert.equal(verifyBundleBy(openSslEngine, bytes, testTrust).outcome, 'verified');
    assert.equal(verifyBundleBy(nobleEngine, bytes, testTrust).outcome, 'verified');
    const forgery = Buffer.alloc(64, 1);
    // It passes the self-test: its only fault is with this one signature.
    const gullible: Engine = {
      ...openSslEngine,
      verify: (key, message, signature) => forgery.equals(signature) || openSslEngine.verify(key, message, signature),
    };
    const forged = makeBundle(sampled);
    forged.bundle_signature.signature_b64 = forgery.toString('base64');
    assert.throws(
      () => verifyBundleBy(gullible, bytesOf(forged), testTrust),
      (error) =>
        error instanceof EngineDisagreement &&
        error.message.includes(forged.bundle_signature.bundle_sha256) &&
        error.message.includes(numberOf(sampled)),
    );
    // Not in the sample, so nobody notices: the sample is against broken machines, not the check itself.
    const other = makeBundle(makeRecord());
    assert.ok(!other.canonical_sha256.endsWith('00'));
    other.bundle_signature.signature_b64 = forgery.toString('base64');
    assert.equal(verifyBundleBy(gullible, bytesOf(other), testTrust).outcome, 'verified');
  });

  it('a signature that OpenSSL refuses and the reference accepts is a disagreement, which names the file and the signature', (t) => {
    const bundle = makeBundle(makeRecord());
    const signature = Buffer.from(bundle.bundle_signature.signature_b64, 'base64').toString('hex');
    assertEngineWorks(openSslEngine);
    assert.equal(judgeBundle('good.json', bytesOf(bundle), testTrust).report.outcome, 'verified');
    // The reference is asked what OpenSSL refuses; from here on it accepts whatever it is asked.
    t.mock.method(nobleEngine, 'verify', () => true);
    const refused = makeBundle(makeRecord());
    refused.bundle_signature.signature_b64 = bundle.events[0].signature.signature_b64;
    const asked = Buffer.from(refused.bundle_signature.signature_b64, 'base64').toString('hex');
    assert.notEqual(asked, signature);
    assert.throws(
      () => judgeBundle('refused.json', bytesOf(refused), testTrust),
      (error) =>
        error instanceof BuildError &&
        error.message.startsWith('refused.json: cannot be checked here') &&
        error.message.includes(`openssl refuses a signature that noble accepts: ${asked}`) &&
        error.cause instanceof EngineDisagreement,
    );
  });
});
