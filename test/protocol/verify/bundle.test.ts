import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '../../../src/protocol/bytes.ts';
import { mergeBundles, verifyBundle } from '../../../src/protocol/index.ts';
import { parseJson } from '../../../src/protocol/parse/json.ts';
import {
  authorKey,
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  publicKeyEntry,
  registryKey,
  sealBundle,
  sealEvent,
  secondKey,
  strangerKey,
  type TestKey,
  testTrust,
  trustOf,
} from '../../support/bundles/make-bundle.ts';
import { defaultTrust, seedText } from '../../support/bundles/vectors.ts';
import {
  attestation,
  CREATED,
  changed,
  codesOf,
  judge,
  judgeEvent,
  RECORD,
  reasonsOf,
} from '../../support/bundles/verdicts.ts';

const BUNDLE = makeBundle(RECORD);
const SEED: Data = JSON.parse(seedText());

describe('section 7: what a good bundle may be', () => {
  const good: readonly (readonly [rule: string, bundle: Data])[] = [
    ['without a state', BUNDLE],
    ['signed by another pinned registry key', makeBundle(RECORD, undefined, {}, secondKey)],
    ['with an event by an author', makeBundle(RECORD, [CREATED, attestation({}, authorKey)])],
    ['with an event twice', makeBundle(RECORD, [CREATED, CREATED])],
    ['with no listed keys: they are claims', makeBundle(RECORD, undefined, { public_keys: [] })],
    [
      'with a listed key that is not pinned: it is a claim',
      makeBundle(RECORD, undefined, { public_keys: [publicKeyEntry(strangerKey)] }),
    ],
    ['with no aliases', makeBundle(RECORD, undefined, { source_aliases: [] })],
    [
      'with an alias of an unknown kind',
      sealBundle(changed(BUNDLE, ['source_aliases', 6], { alias_kind: '__proto__', alias_value: 'x' })),
    ],
    ['with record_created last', makeBundle(RECORD, [makeSnapshot(RECORD), CREATED])],
    ['of an old arXiv id', makeBundle(makeRecord({ id: 'hep-th/0302110' }))],
    ['built in the future', makeBundle(RECORD, undefined, { built_at: '9999-12-31T23:59:59.999999999Z' })],
  ];
  for (const [rule, bundle] of good) {
    it(rule, () => {
      const verdict = judge(bundle);
      assert.deepEqual(codesOf(verdict), []);
      assert.equal(verdict.outcome, 'verified');
    });
  }

  it('section 2: unknown members are covered and preserved, and the bytes stay as they came', () => {
    const bundle = makeBundle(RECORD, undefined, { note: { z: 1, a: [2.5, -0] }, '9': 'nine' });
    const bytes = bytesOf(bundle);
    const verdict = verifyBundle(bytes, testTrust);
    assert.equal(verdict.outcome, 'verified');
    assert.deepEqual(verdict.bundle?.bytes, bytes);
    assert.deepEqual([...(verdict.bundle?.value.keys() ?? [])], Object.keys(bundle));
    assert.deepEqual(codesOf(judge(changed(bundle, ['note', 'z'], 2))), ['bundle_hash_mismatch']);
    assert.deepEqual(codesOf(judge(changed(bundle, ['note'], undefined))), ['bundle_hash_mismatch']);
  });

  it('section 2: the state is covered', () => {
    const bundle = sealBundle({ ...BUNDLE, state: { a: 1 } });
    assert.equal(judge(bundle).outcome, 'verified');
    assert.deepEqual(codesOf(judge(changed(bundle, ['state', 'a'], 2))), ['bundle_hash_mismatch']);
    assert.deepEqual(codesOf(judge(changed(bundle, ['state'], undefined))), ['bundle_hash_mismatch']);
  });

  it('section 8: a shipped state is only a claim, so a nonsensical one rejects nothing', () => {
    for (const state of [null, [], 'state', 0]) assert.notEqual(judge(sealBundle({ ...BUNDLE, state })).bundle, null);
  });
});

it('the bytes of a verified bundle are a copy, which the caller cannot change afterwards', () => {
  for (const given of [bytesOf(BUNDLE), Buffer.from(bytesOf(BUNDLE))]) {
    const { bundle } = verifyBundle(given, testTrust);
    given.fill(0);
    assert.deepEqual(bundle?.bytes, bytesOf(BUNDLE));
  }
});

describe('section 6: a bundle does not vouch for itself', () => {
  /** What an attacker makes with a key of their own, under names of their choice. */
  function selfSigned(keyId: string, fingerprint: string): Data {
    const mine: TestKey = { ...strangerKey, keyId };
    const signer = {
      signer_id: 'test.example',
      signer_type: 'pith_registry',
      key_id: keyId,
      public_key_fingerprint: fingerprint,
    };
    const named = (event: Data): Data => {
      const sealed = sealEvent({ ...event, signer }, mine);
      return changed(sealed, ['signature', 'public_key_fingerprint'], fingerprint);
    };
    const entry = { ...publicKeyEntry(mine), fingerprint_sha256_hex: fingerprint };
    const bundle = makeBundle(
      RECORD,
      [named(makeRecordCreated(RECORD, {}, mine)), named(makeSnapshot(RECORD))],
      { public_keys: [entry] },
      mine,
    );
    return changed(bundle, ['bundle_signature', 'public_key_fingerprint'], fingerprint);
  }
  const [mine, pinned] = [publicKeyEntry(strangerKey), publicKeyEntry(registryKey)].map(
    (key) => key.fingerprint_sha256_hex,
  );

  it('a bundle that is signed with its own key is rejected', () => {
    const bundle = selfSigned(strangerKey.keyId, mine);
    assert.deepEqual(codesOf(judge(bundle)), ['untrusted_key']);
    // Everything else about it is right: anyone who pins that key accepts it.
    assert.equal(judge(bundle, trustOf(strangerKey)).outcome, 'verified');
  });

  const disguises: readonly (readonly [rule: string, bundle: Data, codes: readonly string[]])[] = [
    ['under the pinned id', selfSigned(registryKey.keyId, mine), ['untrusted_key', 'fingerprint_mismatch']],
    ['under the pinned fingerprint', selfSigned(strangerKey.keyId, pinned), ['fingerprint_mismatch', 'untrusted_key']],
    [
      'under the pinned id and fingerprint',
      selfSigned(registryKey.keyId, pinned),
      ['fingerprint_mismatch', 'untrusted_key', 'bad_signature'],
    ],
    [
      'under the pinned id and fingerprint, with the pinned key listed',
      (() => {
        const bundle = selfSigned(registryKey.keyId, pinned);
        const resealed = sealBundle(
          { ...bundle, public_keys: [publicKeyEntry(registryKey)] },
          { ...strangerKey, keyId: registryKey.keyId },
        );
        return changed(resealed, ['bundle_signature', 'public_key_fingerprint'], pinned);
      })(),
      ['bad_signature'],
    ],
  ];
  for (const [rule, bundle, codes] of disguises) {
    it(rule, () => {
      const verdict = judge(bundle);
      assert.equal(verdict.outcome, 'rejected');
      assert.deepEqual(codesOf(verdict), codes);
    });
  }

  it('a pinned key under another id is unknown, since keys are looked up by id', () => {
    assert.deepEqual(codesOf(judge(makeBundle(RECORD, [CREATED], {}, { ...registryKey, keyId: 'other' }))), [
      'untrusted_key',
    ]);
  });

  it('an author key of the trust file cannot sign a bundle, a receipt, or an event as the registry', () => {
    const asRegistry = sealEvent(
      changed(attestation({}, authorKey), ['signer', 'signer_type'], 'pith_registry'),
      authorKey,
    );
    assert.deepEqual(reasonsOf(judgeEvent(asRegistry)), ['role_mismatch']);
    assert.deepEqual(codesOf(judge(sealBundle(BUNDLE, authorKey))), ['role_mismatch']);
    // The event itself is valid: an author may say what the record is, but there is no receipt by the registry.
    assert.deepEqual(codesOf(judge(makeBundle(RECORD, [makeRecordCreated(RECORD, {}, authorKey)]))), [
      'receipt_invalid',
    ]);
  });

  it('a mirror that pins other keys rejects the real bundle', () => {
    const codes = codesOf(verifyBundle(encodeUtf8(seedText()), testTrust));
    assert.deepEqual(codes, ['untrusted_key']);
  });
});

describe('section 5: genuine parts in another place', () => {
  it('genuine events in a forged bundle do not save it', () => {
    const wrapper = sealBundle({ ...SEED, note: 'mine' }, strangerKey);
    assert.deepEqual(codesOf(judge(wrapper, defaultTrust())), ['untrusted_key']);
    const copied = { ...SEED, note: 'mine' };
    assert.deepEqual(codesOf(judge(copied, defaultTrust())), ['bundle_hash_mismatch']);
    const bundle_sha256 = sealBundle(copied).bundle_signature.bundle_sha256;
    assert.deepEqual(
      codesOf(judge({ ...copied, bundle_signature: { ...SEED.bundle_signature, bundle_sha256 } }, defaultTrust())),
      ['bad_signature'],
    );
  });

  it('genuine events of another paper are invalid, whoever wraps them', () => {
    const foreign = makeRecord({ id: '2606.00009' });
    const verdict = judge(makeBundle(RECORD, [CREATED, makeRecordCreated(foreign), makeSnapshot(foreign)]));
    assert.deepEqual(reasonsOf(verdict), ['wrong_subject', 'wrong_subject']);
    assert.equal(verdict.bundle?.events.length, 1);
  });

  it('a bundle whose only record_created is of another paper is rejected', () => {
    const foreign = makeRecord({ id: '2606.00009' });
    assert.ok(codesOf(judge(makeBundle(RECORD, [makeRecordCreated(foreign)]))).includes('no_record_created'));
  });

  it('a genuine signature of an event or a receipt, relabelled, does not sign a bundle', () => {
    for (const signature of [SEED.events[0].signature, SEED.events[0].payload.receipt]) {
      const { signature_b64 } = signature;
      assert.deepEqual(
        codesOf(judge(changed(SEED, ['bundle_signature', 'signature_b64'], signature_b64), defaultTrust())),
        ['bad_signature'],
      );
    }
  });

  it('an event that the registry signed is not a bundle, whatever members it has', () => {
    const { bundle_signature: _, ...members } = BUNDLE;
    const { signature, content_sha256, event_id: __, ...body } = makeEvent(RECORD, 'author_attestation', members);
    const bundle_signature = { ...signature, signed_message: 'bundle_sha256_bytes', bundle_sha256: content_sha256 };
    assert.deepEqual(codesOf(judge({ ...body, bundle_signature })), ['bundle_schema']);
  });
});

describe('section 5: base64 in each known other way', () => {
  const { signature_b64: text } = BUNDLE.bundle_signature;
  const last = text.charAt(85);
  const variants: Record<string, unknown> = {
    'url-safe': Buffer.from(text, 'base64').toString('base64url').padEnd(88, '='),
    'no padding': text.slice(0, -2),
    'one padding': text.slice(0, -1),
    'stray bits': `${text.slice(0, 85)}${String.fromCharCode(last.charCodeAt(0) + 1)}==`,
    'line feed': `${text}\n`,
    space: ` ${text}`,
    'line breaks': text.replace(/.{44}/g, '$&\n'),
    hexadecimal: Buffer.from(text, 'base64').toString('hex'),
    '63 bytes': Buffer.from(text, 'base64').subarray(1).toString('base64'),
    '65 bytes': Buffer.concat([Buffer.from(text, 'base64'), Buffer.alloc(1)]).toString('base64'),
    empty: '',
    null: null,
    array: [text],
  };
  for (const [name, variant] of Object.entries(variants)) {
    it(name, () => {
      // A signature without + and / is its own url-safe form.
      if (variant === text) return;
      const codes = codesOf(judge(changed(BUNDLE, ['bundle_signature', 'signature_b64'], variant)));
      assert.deepEqual(codes, ['base64']);
    });
  }
});

describe('section 9: a bundle that a mirror assembled is output only', () => {
  it('is rejected as input, with signature_status', () => {
    const bundles = [1, 2].map((n) => {
      const { bundle } = judge(makeBundle(RECORD, [CREATED, attestation({ payload: { n } })]));
      assert.ok(bundle);
      return bundle;
    });
    const { published } = mergeBundles(bundles);
    assert.equal(published.kind, 'assembled');
    const verdict = verifyBundle(published.bytes, testTrust);
    assert.equal(verdict.outcome, 'rejected');
    assert.equal(codesOf(verdict)[0], 'signature_status');
  });

  it('a good bundle with that status is rejected too', () => {
    const codes = codesOf(judge(changed(BUNDLE, ['bundle_signature', 'signature_status'], 'assembled_by_mirror')));
    assert.deepEqual(codes, ['signature_status']);
  });
});

describe('section 10: whatever the bytes are, the answer is a verdict', () => {
  it('a document of any kind gets a verdict, not an exception', () => {
    for (const document of [null, true, 0, '', [], {}, [BUNDLE], { bundle_signature: null }, { events: [null] }]) {
      assert.equal(judge(document).outcome, 'rejected');
    }
  });

  it('events of any kind are each invalid, and the rest is published', () => {
    const odd = [null, true, 0, '', [], {}, [CREATED], { event_id: null }, { signature: null }, RECORD, BUNDLE];
    const verdict = judge(makeBundle(RECORD, [CREATED, ...odd]));
    assert.deepEqual(
      reasonsOf(verdict),
      odd.map(() => 'event_schema'),
    );
    assert.equal(verdict.bundle?.events.length, 1);
  });

  it('a bundle with any member missing or of another type gets a verdict, not an exception', () => {
    const values = [undefined, null, 5, 'x', [], {}];
    const walk = (data: Data, path: readonly (string | number)[]): readonly (readonly (string | number)[])[] =>
      typeof data === 'object' && data !== null && path.length < 3
        ? Object.keys(data).flatMap((name) => [[...path, name], ...walk(data[name], [...path, name])])
        : [];
    for (const path of walk(SEED, [])) {
      for (const value of values) {
        const verdict = judge(changed(SEED, path, value), defaultTrust());
        const isSame = JSON.stringify(changed(SEED, path, value)) === JSON.stringify(SEED);
        // signed_at is covered by nothing, and need not be there.
        const isUncovered = path.join('/') === 'bundle_signature/signed_at' && value === undefined;
        assert.equal(
          verdict.outcome === 'rejected',
          !isSame && !isUncovered,
          `${path.join('/')} ${JSON.stringify(value)}`,
        );
      }
    }
  });

  /** Small text that asks for a great number of problems. */
  const many = (count: number, item: string): string => `[${`${item},`.repeat(count - 1)}${item}]`;
  const text = JSON.stringify(BUNDLE);
  const floods: readonly (readonly [rule: string, text: string, code: string])[] = [
    ['aliases', text.replace(/"source_aliases":\[.*?\]/, `"source_aliases":${many(90_000, '0')}`), 'bundle_schema'],
    ['keys', text.replace(/"public_keys":\[.*?\]/, `"public_keys":${many(90_000, '0')}`), 'bundle_schema'],
    ['categories', text.replace('["cs.LG"]', many(90_000, '0')), 'record_schema'],
    [
      'members of bundle_signature',
      text.replace(
        '"bundle_signature":{',
        `"bundle_signature":{${Array.from({ length: 90_000 }, (_, i) => `"x${i}":0`).join()},`,
      ),
      'bundle_schema',
    ],
    [
      'members of the record',
      text.replace(
        '"schema_version":',
        `${Array.from({ length: 90_000 }, (_, i) => `"x${i}":0`).join()},"schema_version":`,
      ),
      'record_schema',
    ],
  ];
  for (const [rule, document, code] of floods) {
    it(`a bundle with 90,000 wrong ${rule} is reported within limits`, () => {
      assert.ok(document.length > 180_000);
      const verdict = verifyBundle(encodeUtf8(document), testTrust);
      assert.equal(verdict.outcome, 'rejected');
      assert.ok(codesOf(verdict).includes(code as never));
      assert.ok(verdict.findings.length <= 10_000, `${verdict.findings.length} findings`);
    });
  }

  it('an event with 90,000 wrong entries of supersedes is reported within limits', () => {
    const event = attestation({ supersedes: Array.from({ length: 90_000 }, () => 0) });
    const verdict = judgeEvent(event);
    assert.deepEqual(reasonsOf(verdict), ['event_schema']);
    assert.ok(verdict.findings.length <= 10_000, `${verdict.findings.length} findings`);
  });

  it('100,000 values that are not events give no more findings than events', () => {
    const document = JSON.stringify(makeBundle(RECORD, [], { note: 'unsigned' }, strangerKey)).replace(
      '"events":[]',
      `"events":${many(100_000, '0')}`,
    );
    const verdict = verifyBundle(encodeUtf8(document), testTrust);
    assert.equal(verdict.outcome, 'rejected');
    assert.ok(verdict.findings.length <= 110_000, `${verdict.findings.length} findings`);
  });

  it('more than 100,000 events are too_large', () => {
    const codes = codesOf(judge(sealBundle({ ...BUNDLE, events: Array.from({ length: 100_001 }, () => 0) })));
    assert.deepEqual(codes, ['too_large']);
  });

  it('more than 100,000 items in any part are too_large, and reading stops there', () => {
    const many = `[${'0,'.repeat(100_000)}0]`;
    for (const text of [many, `{"note":${many}}`, `{"events":[],"state":{"x":${many}},`]) {
      const { findings } = verifyBundle(encodeUtf8(text), testTrust);
      assert.deepEqual(
        findings.map(({ code }) => code),
        ['too_large'],
        text.slice(0, 20),
      );
    }
  });

  it('the report grows linearly with the input, because findings do not repeat a long identifier', () => {
    const long = makeRecord({ id: 'x'.repeat(100_000) });
    const payload = { canonical_sha256: digest(long), source_id: '' };
    const event = makeEvent(RECORD, 'record_created', { payload });
    const aliases = Array.from({ length: 500 }, () => ({ alias_kind: 'arxiv', alias_value: '' }));
    const bundle = makeBundle(
      long,
      Array.from({ length: 500 }, () => event),
      { source_aliases: aliases },
    );
    const said = judge(bundle).findings.reduce((sum, { message }) => sum + message.length, 0);
    assert.ok(said < 2 * bytesOf(bundle).length, `${said} characters about ${bytesOf(bundle).length} bytes`);
  });

  it('a message is one line', () => {
    const record = makeRecord({ id: 'a\nb\u2028c' });
    const verdict = judge(
      makeBundle(record, undefined, { source_aliases: [{ alias_kind: 'arxiv', alias_value: 'x' }] }),
    );
    assert.ok(verdict.findings.length > 0);
    for (const { message } of verdict.findings) assert.doesNotMatch(message, /[\n\r]/);
  });

  it('section 9: a published document can be read again, however deep a payload is', () => {
    const payload = `${'{"a":'.repeat(253)}0${'}'.repeat(253)}`;
    const verdict = judge(makeBundle(RECORD, [CREATED, attestation({ payload: JSON.parse(payload) })]));
    // Either the payload is too deep to be taken, or its state is a document that this mirror's own reader takes.
    if (verdict.bundle !== null) assert.doesNotThrow(() => parseJson(mergeBundles([verdict.bundle]).state.bytes));
  });
});
