/**
 * Changing any one byte of any covered member of the seed makes the file rejected, or that event invalid, with the
 * right code.
 *
 * Every byte of the real bundle is changed, in several ways, and the verdict compared with the position of the byte.
 *
 * Slow: judges some twenty thousand changed bundles.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  canonicalize,
  type Json,
  ParseError,
  parseJson,
  parseRecord,
  REASON_CODES,
  verifyBundle,
} from '../../src/protocol/index.ts';
import { nobleEngine } from '../../src/protocol/verify/ed25519.ts';
import { VerifiedEvent } from '../../src/protocol/verify/event.ts';
import { identifyRecord } from '../../src/protocol/verify/record.ts';
import {
  bytesOf,
  type Data,
  digest,
  makeBundle,
  makeEvent,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  sealBundle,
  testTrust,
} from '../support/bundles/make-bundle.ts';
import { defaultTrust, seedBytes } from '../support/bundles/vectors.ts';

const READING = new Set([
  'invalid_utf8',
  'bom',
  'not_json',
  'duplicate_key',
  'lone_surrogate',
  'too_deep',
  'number_out_of_range',
]);
const KNOWN: ReadonlySet<string> = new Set(REASON_CODES);

interface Place {
  /** JSON pointer of the innermost value, or, for a member's name, of the member. */
  readonly path: string;
  readonly kind: 'name' | 'value' | 'structure';
}

/** Where each byte of a compact, ASCII-only JSON text stands. */
function placesOf(text: string): readonly Place[] {
  const places: Place[] = [];
  let position = 0;
  const mark = (length: number, path: string, kind: Place['kind']): void => {
    for (let i = 0; i < length; i++) places[position++] = { path, kind };
  };
  const token = (): string => /^(?:"(?:[^"\\]|\\.)*"|[-+.\w]+)/.exec(text.slice(position))?.[0] ?? '';
  const value = (path: string): void => {
    const open = text[position];
    if (open !== '{' && open !== '[') {
      mark(token().length, path, 'value');
      return;
    }
    const close = open === '{' ? '}' : ']';
    mark(1, path, 'structure');
    for (let i = 0; text[position] !== close; i++) {
      if (i > 0) mark(1, path, 'structure');
      let name = String(i);
      if (open === '{') {
        name = JSON.parse(token());
        mark(token().length, `${path}/${name}`, 'name');
        mark(1, path, 'structure');
      }
      value(`${path}/${name}`);
    }
    mark(1, path, 'structure');
  };
  value('');
  return places;
}

/** Ways to change a byte. Each gives another byte than it was given. */
const CHANGES: Readonly<Record<string, (byte: number) => number>> = {
  'its lowest bit': (byte) => byte ^ 1,
  // A letter or digit stays one, so that most changes are still JSON.
  'another character of its class': (byte) => {
    if (byte >= 0x30 && byte <= 0x39) return 0x30 + ((byte - 0x30 + 7) % 10);
    if (byte >= 0x61 && byte <= 0x7a) return 0x61 + ((byte - 0x61 + 3) % 26);
    if (byte >= 0x41 && byte <= 0x5a) return byte ^ 0x20;
    return byte === 0x20 ? 0x2c : 0x20;
  },
  'no ASCII': (byte) => byte | 0x80,
  'a quote or a bracket': (byte) => (byte === 0x22 ? 0x5d : 0x22),
};

function changed(bytes: Uint8Array, offset: number, byte: number): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = byte;
  return copy;
}

function readingCode(bytes: Uint8Array): string | null {
  try {
    parseJson(bytes);
    return null;
  } catch (error) {
    assert.ok(error instanceof ParseError);
    return error.code;
  }
}

const seed = seedBytes();
const trust = defaultTrust();
const places = placesOf(new TextDecoder().decode(seed));

/**
 * The codes of which one must be there, in addition to bundle_hash_mismatch, for a changed value that is JSON still. The
 * first pattern that fits counts.
 */
const OWN_CODES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/bundle_type$/, ['bundle_schema']],
  [/^\/(bundle|merge)_version$/, ['unsupported_version']],
  [/^\/pith_number$/, ['number_mismatch', 'number_syntax']],
  [/^\/short_pith_number$/, ['short_number_mismatch', 'number_syntax']],
  [/^\/canonical_record\/schema_version$/, ['unsupported_version']],
  [/^\/canonical_record\/source\/kind$/, ['record_schema']],
  [/^\/canonical_record\//, ['canonical_hash_mismatch', 'record_schema']],
  [/^\/canonical_sha256$/, ['canonical_hash_mismatch', 'bundle_schema']],
  [/^\/source\//, ['source_mismatch']],
  [/^\/source_aliases\/\d+\/alias_value$/, ['alias_mismatch']],
  [/^\/events\/\d+\/(content_sha256)$/, ['content_hash_mismatch']],
  [/^\/events\/\d+\/event_id$/, ['event_id_mismatch', 'event_schema']],
  [/^\/events\/\d+\/signature\//, []],
  [/^\/events\/\d+\//, ['content_hash_mismatch']],
  [/^\/public_keys\/\d+\/public_key_(b64|hex)$/, ['key_encoding_mismatch']],
  [/^\/public_keys\/\d+\/fingerprint_/, ['fingerprint_mismatch']],
  [/^\/canonical_record$/, ['record_schema', 'canonical_hash_mismatch']],
];

/** Members of the seed that a bundle must have: without them it has not the shape of one. */
const REQUIRED =
  /^\/(bundle_type|bundle_version|pith_number|short_pith_number|canonical_record|canonical_sha256|source|source_aliases|events|public_keys|merge_version|built_at)$/;

function judge(offset: number, byte: number): string | null {
  const bytes = changed(seed, offset, byte);
  const place = places[offset] ?? { path: '', kind: 'structure' };
  const verdict = verifyBundle(bytes, trust);
  const codes = new Set<string>(verdict.findings.map(({ code }) => code));
  const say = (what: string): string =>
    `offset ${offset} (${place.kind} ${place.path}), byte ${seed[offset]} → ${byte}: ${what}; ${verdict.outcome} ${[...codes]}`;
  for (const code of codes) if (!KNOWN.has(code)) return say(`${code} is not of the list`);
  const reading = readingCode(bytes);
  if (reading !== null) {
    if (!READING.has(reading)) return say(`expected a reading code, got ${reading}`);
    return verdict.outcome === 'rejected' && codes.size === 1 && codes.has(reading) ? null : say(`expected ${reading}`);
  }
  if (place.path === '/bundle_signature' || place.path.startsWith('/bundle_signature/')) {
    // Covered by nothing: not proven, and so not shown. The one value that may be anything is a time.
    if (place.path === '/bundle_signature/signed_at' && place.kind === 'value') {
      const isTime = !codes.has('bundle_schema');
      return isTime === (verdict.outcome === 'verified') ? null : say('expected verified, or bundle_schema');
    }
    return verdict.outcome === 'rejected' ? null : say('expected rejected');
  }
  if (verdict.outcome !== 'rejected' || verdict.bundle !== null) return say('expected rejected');
  if (!codes.has('bundle_hash_mismatch')) return say('expected bundle_hash_mismatch');
  const own = place.kind === 'value' ? OWN_CODES.find(([pattern]) => pattern.test(place.path))?.[1] : undefined;
  if (own !== undefined && own.length > 0 && !own.some((code) => codes.has(code))) return say(`expected ${own}`);
  if (place.kind === 'name') {
    const first = `/${place.path.split('/')[1]}`;
    if (REQUIRED.test(place.path) && ![...codes].some((code) => /_schema$/.test(code)))
      return say('expected a schema code');
    if (first === '/canonical_record' && !codes.has('record_schema')) return say('expected record_schema');
    if (
      /^\/events\/\d+\/(?!signature|content_sha256|event_id)/.test(place.path) &&
      !codes.has('content_hash_mismatch')
    ) {
      return say('expected content_hash_mismatch');
    }
  }
  return null;
}

function assertNone(complaints: readonly (string | null)[]): void {
  const found = complaints.filter((complaint) => complaint !== null);
  assert.equal(found.length, 0, `${found.length} of ${complaints.length}:\n${found.slice(0, 20).join('\n')}`);
}

describe('every byte of the seed', () => {
  test('occurs somewhere in the bundle', () => {
    assert.equal(places.length, seed.length);
    assert.ok(Object.values(CHANGES).every((change) => seed.every((byte) => change(byte) !== byte)));
  });

  for (const [i, [name, change]] of Object.entries(CHANGES).entries()) {
    // All bytes in one way; in the others every byte of structure, and a part of the names and values.
    const isTried = (offset: number): boolean => i === 0 || places[offset]?.kind === 'structure' || offset % 10 === i;
    const offsets = [...seed.keys()].filter(isTried);
    test(`is rejected with the right code if any of its ${offsets.length} bytes is changed to ${name}`, () => {
      assertNone(offsets.map((offset) => judge(offset, change(seed[offset] ?? 0))));
    });
  }

  test('is rejected if any byte is left out or doubled', () => {
    const offsets = [...seed.keys()].filter((offset) => offset % 16 === 0);
    assertNone(
      offsets.flatMap((offset) => {
        const without = new Uint8Array([...seed.subarray(0, offset), ...seed.subarray(offset + 1)]);
        const twice = new Uint8Array([...seed.subarray(0, offset + 1), ...seed.subarray(offset)]);
        return [without, twice].map((bytes) => {
          const { outcome } = verifyBundle(bytes, trust);
          const isTime = places[offset]?.path === '/bundle_signature/signed_at';
          return outcome === 'rejected' || isTime ? null : `offset ${offset}: ${outcome}`;
        });
      }),
    );
  });

  test('in a digest, a hexadecimal digit that stays one has the code of that digest', () => {
    const digests: readonly (readonly [string, string])[] = [
      ['/canonical_sha256', 'canonical_hash_mismatch'],
      ['/events/0/content_sha256', 'content_hash_mismatch'],
      ['/events/1/content_sha256', 'content_hash_mismatch'],
      ['/events/0/event_id', 'event_id_mismatch'],
      ['/events/1/event_id', 'event_id_mismatch'],
      ['/bundle_signature/bundle_sha256', 'bundle_hash_mismatch'],
    ];
    for (const [path, code] of digests) {
      const offset = places.findLastIndex((place) => place.path === path && place.kind === 'value') - 1;
      const byte = seed[offset] === 0x30 ? 0x31 : 0x30;
      const codes = verifyBundle(changed(seed, offset, byte), trust).findings.map((finding) => finding.code);
      assert.ok(codes.includes(code as (typeof codes)[number]), `${path}: ${codes}`);
    }
  });

  test('in a name of the record, the number and every alias that follow from it are wrong as well', () => {
    const offset = places.findIndex(({ path }) => path === '/canonical_record/metadata/title_canon_sha256') + 24;
    const { findings } = verifyBundle(changed(seed, offset + 4, 0x30), trust);
    const codes = new Set(findings.map(({ code }) => code));
    for (const code of [
      'canonical_hash_mismatch',
      'number_mismatch',
      'short_number_mismatch',
      'alias_mismatch',
    ] as const) {
      assert.ok(codes.has(code), code);
    }
  });
});

describe('every byte of an event in a bundle that a registry signed again', () => {
  const record = makeRecord();
  const identified = identifyRecord(parseRecord(parseJson(bytesOf(record))));
  const created = makeRecordCreated(record);
  const other = makeSnapshot(record);
  const victim = makeEvent(record, 'correction', {
    target: 'graph',
    payload: { text: 'a "quoted" word', list: [1, 2.5, true] },
  });
  const text = bytesOf(victim);
  const spots = placesOf(new TextDecoder().decode(text));

  const covered = (offset: number): boolean =>
    !/^\/(signature|content_sha256|event_id)(\/|$)/.test(spots[offset]?.path ?? '');

  function parsed(bytes: Uint8Array): Json | undefined {
    try {
      return parseJson(bytes);
    } catch {
      return undefined;
    }
  }

  for (const [name, change] of Object.entries(CHANGES)) {
    test(`an event with any byte changed to ${name} is invalid, with content_hash_mismatch if its digest covers the byte`, () => {
      assertNone(
        [...text.keys()].map((offset) => {
          const value = parsed(changed(text, offset, change(text[offset] ?? 0)));
          if (value === undefined) return null;
          const spot = spots[offset];
          const verdict = VerifiedEvent.verify(
            { value, where: '/events/1', record: identified },
            { trust: testTrust, engine: nobleEngine },
          );
          const codes = verdict.findings.map(({ code }) => code);
          const say = (what: string): string => `offset ${offset} (${spot?.kind} ${spot?.path}): ${what}; ${codes}`;
          if (spot?.path === '/signature/signed_at')
            return verdict.outcome === 'valid' || codes[0] === 'timestamp' ? null : say('signed_at');
          if (verdict.outcome !== 'invalid') return say('expected invalid');
          if (!covered(offset)) return null;
          return codes.includes('content_hash_mismatch') ? null : say('expected content_hash_mismatch');
        }),
      );
    });
  }

  test('the event is listed with its reason, and the rest is published', () => {
    // A bundle signature costs milliseconds, so a part of the bytes stands for all.
    const isValue = (offset: number): boolean => covered(offset) && spots[offset]?.kind === 'value';
    const change = CHANGES['another character of its class'];
    assert.ok(change);
    let listed = 0;
    for (const offset of [...text.keys()].filter((at) => isValue(at) && at % 3 === 0)) {
      const bytes = changed(text, offset, change(text[offset] ?? 0));
      if (parsed(bytes) === undefined) continue;
      const broken: Data = JSON.parse(new TextDecoder().decode(bytes));
      const { bundle } = verifyBundle(bytesOf(makeBundle(record, [created, broken, other])), testTrust);
      assert.ok(bundle, `offset ${offset}`);
      assert.deepEqual(
        bundle.events.map(({ eventId }) => eventId),
        [created.event_id, other.event_id],
      );
      const [invalid] = bundle.invalidEvents;
      assert.ok(invalid);
      assert.equal(invalid.eventId, victim.event_id);
      // If the shape is broken as well, that is the first reason in the order of section 7.
      assert.ok(
        ['content_hash_mismatch', 'event_schema', 'unsupported_version'].includes(invalid.reason),
        invalid.reason,
      );
      if (spots[offset]?.path.startsWith('/payload') || spots[offset]?.path === '/target') {
        assert.equal(invalid.reason, 'content_hash_mismatch');
      }
      listed++;
    }
    assert.ok(listed > 50, String(listed));
  });

  test('a bundle is rejected if a byte of its only record_created is changed', () => {
    const broken = { ...created, target: 'recorD' };
    const { outcome, findings } = verifyBundle(bytesOf(sealBundle(makeBundle(record, [broken, other]))), testTrust);
    assert.equal(outcome, 'rejected');
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['content_hash_mismatch', 'no_record_created'],
    );
  });

  test('an escape written in another way leaves the canonical content, and so the verdict, as it was', () => {
    const bundle = makeBundle(record, [created, victim]);
    const source = JSON.stringify(bundle);
    const same = [
      source.replace('a \\"quoted\\" word', 'a \\u0022quoted\\u0022 word'),
      source.replace('a \\"quoted\\" word', '\\u0061 \\"quoted\\" word'),
      source.replace('2.5', '2.50'),
      source.replace('2.5', '25e-1'),
      source.replace('"graph"', '"gr\\u0061ph"'),
      source.replace('"target":"graph"', '"targe\\u0074":"graph"'),
      source.replaceAll('/', '\\/'),
    ];
    for (const layout of same) {
      const bytes = new TextEncoder().encode(layout);
      assert.deepEqual(canonicalize(bytes), canonicalize(bytesOf(bundle)));
      const { outcome, bundle: read } = verifyBundle(bytes, testTrust);
      assert.equal(outcome, 'verified');
      assert.equal(read?.bundleSha256, bundle.bundle_signature.bundle_sha256);
    }
    assert.equal(digest(JSON.parse(same[0] ?? '')), digest(bundle));
  });
});
