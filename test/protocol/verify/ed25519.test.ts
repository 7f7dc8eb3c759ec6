import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { describe, it } from 'node:test';
import { getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { isPublicKey, verifySignature } from '../../../src/protocol/verify/ed25519.ts';
import { registryKey } from '../../support/bundles/make-bundle.ts';
import {
  committedVectors,
  formatVectors,
  makeVectors,
  nonCanonicalPoints,
  nonCanonicalTorsion,
  toBytes,
  torsionPoints,
  toScalar,
} from '../../vectors/ed25519.generate.ts';

// For getPublicKey and sign.
hashes.sha512 = sha512;

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The verdict of this Node's OpenSSL; what it throws on is not valid. */
function opensslVerifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    return nodeVerify(
      null,
      message,
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
      signature,
    );
  } catch {
    return false;
  }
}

describe('section 5: RFC 8032 section 7.1', () => {
  const vectors: readonly (readonly [name: string, secret: string, key: string, message: string, signature: string])[] =
    [
      [
        'TEST 1',
        '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        'TEST 2',
        '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
        '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
      [
        'TEST 3',
        'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
        'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
        'af82',
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
      ],
      [
        'TEST SHA(abc)',
        '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
        'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
        createHash('sha512').update('abc').digest('hex'),
        'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
      ],
    ];
  for (const [name, secret, key, message, signature] of vectors) {
    it(name, () => {
      const publicKey = getPublicKey(fromHex(secret));
      assert.equal(Buffer.from(publicKey).toString('hex'), key);
      assert.equal(verifySignature(publicKey, fromHex(message), fromHex(signature)), true);
      assert.equal(opensslVerifies(publicKey, fromHex(message), fromHex(signature)), true);
    });
  }
});

describe('section 5: verification semantics', () => {
  it('the committed vectors are what the generator makes', () => assert.equal(committedVectors(), formatVectors()));

  const vectors = makeVectors();
  for (const { note, valid, public_key, message, signature } of vectors) {
    it(`${valid ? 'accepts' : 'refuses'}: ${note}`, () => {
      assert.equal(verifySignature(fromHex(public_key), fromHex(message), fromHex(signature)), valid);
    });
  }

  it('base rule: what is accepted here, OpenSSL accepts too', () => {
    for (const { note, public_key, message, signature } of vectors) {
      const args = [fromHex(public_key), fromHex(message), fromHex(signature)] as const;
      if (verifySignature(...args)) assert.ok(opensslVerifies(...args), note);
    }
  });

  it('answers false for bytes of any length and content', () => {
    const lengths = [0, 1, 31, 32, 33, 63, 64, 65];
    for (const length of lengths) {
      for (const fill of [0, 1, 255]) {
        const bytes = new Uint8Array(length).fill(fill);
        assert.equal(verifySignature(registryKey.publicKey, bytes, bytes), false);
        assert.equal(verifySignature(bytes, bytes, new Uint8Array(64).fill(fill)), false);
        if (length !== 32) assert.equal(isPublicKey(bytes), false);
      }
    }
  });

  it('throws for arguments that are not bytes', () => {
    const bytes = new Uint8Array(64);
    const odd: readonly unknown[] = [
      null,
      undefined,
      '',
      'a'.repeat(64),
      1n,
      {},
      [],
      new ArrayBuffer(64),
      new Uint16Array(32),
    ];
    for (const value of odd) {
      assert.throws(() => verifySignature(value as Uint8Array, bytes, bytes), TypeError);
      assert.throws(() => verifySignature(bytes.subarray(32), value as Uint8Array, bytes), TypeError);
      assert.throws(() => verifySignature(bytes.subarray(32), bytes, value as Uint8Array), TypeError);
    }
    for (const value of [Object.create(Uint8Array.prototype), new Proxy(bytes, {})]) {
      assert.throws(() => verifySignature(value, bytes, bytes), TypeError);
    }
  });

  it('lets an exception that does not come from the bytes through, and keeps its verdict on bytes that are no point', () => {
    const message = new Uint8Array(32).fill(7);
    const signature = sign(message, registryKey.secret);
    const noPoint = toBytes(2n);
    const defect = new Error('a defect of the platform');
    const original = Uint8Array.from;
    Uint8Array.from = () => {
      throw defect;
    };
    try {
      assert.throws(() => verifySignature(registryKey.publicKey, message, signature), defect);
      assert.throws(() => isPublicKey(registryKey.publicKey), defect);
      assert.equal(isPublicKey(noPoint), false);
    } finally {
      Uint8Array.from = original;
    }
    assert.equal(verifySignature(registryKey.publicKey, message, signature), true);
  });

  it('does not change its arguments', () => {
    const message = new Uint8Array(32).fill(7);
    const signature = sign(message, registryKey.secret);
    const [key, before] = [registryKey.publicKey.slice(), signature.slice()];
    assert.equal(verifySignature(key, message, signature), true);
    assert.deepEqual([key, signature], [registryKey.publicKey, before]);
  });

  it('reads views of a larger buffer', () => {
    const message = new Uint8Array(32).fill(7);
    const all = Buffer.concat([Buffer.alloc(5), registryKey.publicKey, message, sign(message, registryKey.secret)]);
    assert.equal(verifySignature(all.subarray(5, 37), all.subarray(37, 69), all.subarray(69)), true);
  });
});

describe('section 5: keys that can sign', () => {
  it('a key is 32 bytes, a canonical point, and not of small order', () => {
    assert.equal(isPublicKey(registryKey.publicKey), true);
    const refused = [
      ...torsionPoints().map((point) => point.toBytes()),
      ...nonCanonicalTorsion().map(([, bytes]) => bytes),
      ...nonCanonicalPoints(),
      toBytes(2n),
      registryKey.publicKey.subarray(1),
      new Uint8Array(33),
      new Uint8Array(0),
    ];
    assert.ok(refused.length > 20);
    for (const bytes of refused) assert.equal(isPublicKey(bytes), false, Buffer.from(bytes).toString('hex'));
  });

  it('the generator finds all eight torsion points', () => {
    const encodings = new Set(torsionPoints().map((point) => point.toHex()));
    assert.equal(encodings.size, 8);
    for (const point of torsionPoints()) assert.ok(point.clearCofactor().is0());
  });
});

describe('section 5: property: whatever verifySignature accepts, node:crypto accepts too', () => {
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
  const small = [...torsionPoints().map((point) => point.toBytes()), ...nonCanonicalTorsion().map(([, any]) => any)];
  const flip = (data: Uint8Array, bit: number): Uint8Array => {
    const at = (bit >> 3) % Math.max(data.length, 1);
    return data.map((byte, i) => (i === at ? byte ^ (1 << (bit & 7)) : byte));
  };
  type Triple = readonly [key: Uint8Array, message: Uint8Array, signature: Uint8Array];
  const mutation: fc.Arbitrary<(triple: Triple) => Triple> = fc.oneof(
    fc.nat(255).map(
      (bit) =>
        ([key, message, signature]: Triple): Triple => [flip(key, bit), message, signature],
    ),
    fc.nat(255).map(
      (bit) =>
        ([key, message, signature]: Triple): Triple => [key, flip(message, bit), signature],
    ),
    fc.nat(511).map(
      (bit) =>
        ([key, message, signature]: Triple): Triple => [key, message, flip(signature, bit)],
    ),
    fc.integer({ min: 1, max: 15 }).map((times) => ([key, message, signature]: Triple): Triple => {
      const moved = toBytes(toScalar(signature.subarray(32)) + BigInt(times) * ORDER);
      return [key, message, Uint8Array.from([...signature.subarray(0, 32), ...moved])];
    }),
    fc.constantFrom(...small).map((point) => ([key, message, signature]: Triple): Triple => {
      return [key, message, Uint8Array.from([...point, ...signature.subarray(32)])];
    }),
    fc.constantFrom(...small).map(
      (point) =>
        ([, message, signature]: Triple): Triple => [point, message, signature],
    ),
    fc.constantFrom(...small).map((point) => ([, message]: Triple): Triple => {
      return [point, message, Uint8Array.from([...point, ...new Uint8Array(32)])];
    }),
    bytes(64).map(
      (signature) =>
        ([key, message]: Triple): Triple => [key, message, signature],
    ),
    fc.nat(63).map(
      (length) =>
        ([key, message, signature]: Triple): Triple => [key, message, signature.subarray(0, length)],
    ),
  );

  it('holds for honest signatures, which both accept', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 100 }), (secret, message) => {
        const triple = [getPublicKey(secret), message, sign(message, secret)] as const;
        assert.equal(verifySignature(...triple), true);
        assert.equal(opensslVerifies(...triple), true);
      }),
      { seed: 1 },
    );
  });

  it('holds for mutated signatures', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), mutation, (secret, message, mutate) => {
        const triple = mutate([getPublicKey(secret), message, sign(message, secret)]);
        if (verifySignature(...triple)) assert.equal(opensslVerifies(...triple), true);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('a changed bit of key, message or signature is refused', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), fc.nat(1023), (secret, message, bit) => {
        const triple = [getPublicKey(secret), message, sign(message, secret)] as const;
        const [key, text, signature] = triple;
        if (bit < 256) assert.equal(verifySignature(flip(key, bit), text, signature), false);
        else if (bit < 512) assert.equal(verifySignature(key, flip(text, bit - 256), signature), false);
        else assert.equal(verifySignature(key, text, flip(signature, bit - 512)), false);
      }),
      { seed: 1 },
    );
  });
});
