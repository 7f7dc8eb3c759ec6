/** Changes of three kinds: to bytes, to tokens of the text, and to the structure of the document. */
import { authorKey, type Data, registryKey, secondKey, strangerKey } from '../support/bundles/make-bundle.ts';
import { BASES, type Base, PARTS } from './bases.ts';
import { fingerprintOf } from './keys.ts';
import type { Random } from './random.ts';

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Bytes that mean something to a reader of JSON or of UTF-8. */
const TELLING = [
  0x00, 0x0a, 0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x3a, 0x5b, 0x5c, 0x5d, 0x65, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed,
  0xef, 0xff,
];

const BYTE_CHANGES: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => bytes.with(random.below(bytes.length), random.below(256)),
  (bytes, random) => bytes.with(random.below(bytes.length), random.pick(TELLING)),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return bytes.with(at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return join(bytes.subarray(0, at), random.bytes(1 + random.below(4)), bytes.subarray(at));
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    return join(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(random.chance(50) ? 4 : 400)));
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    const end = at + 1 + random.below(400);
    return join(bytes.subarray(0, end), bytes.subarray(at));
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => {
    const other = random.pick(BASES).bytes;
    return join(bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length)));
  },
];

export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let changed = bytes;
  for (let left = random.chance(70) ? 1 : 1 + random.below(4); left > 0 && changed.length > 0; left--) {
    changed = random.pick(BYTE_CHANGES)(changed, random);
  }
  return changed;
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Values as texts, from the harmless to what a reader must refuse. */
const VALUES: readonly string[] = [
  ...[
    'null',
    'true',
    '{}',
    '[]',
    '""',
    '0',
    '-0',
    '1',
    '-1',
    '2',
    '1.0',
    '-0.0',
    '1e5',
    '1E+2',
    '0.1',
    '1e-7',
    '5e-324',
  ],
  ...[
    '1e400',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
    'Infinity',
    '9007199254740993',
    `1${'0'.repeat(4299)}`,
    `-${'9'.repeat(4301)}`,
  ],
  ...[
    '"\\u0000"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\udc00\\ud800"',
    '"\\u005f"',
    '"__proto__"',
    '"\u2028"',
    '"\u202e<img src=x onerror=alert(1)>"',
  ],
  ...[
    '{"__proto__":{"valid":true}}',
    '{"constructor":1,"toString":2}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '[null,[null]]',
  ],
  ...[nested(100), nested(245), nested(255), nested(257), nested(5000), '{"a":'.repeat(300), '"2026-06-23T03:14:22Z"'],
  ...[
    '"2026-02-30T00:00:00Z"',
    '"9999-12-31T23:59:59.999999999Z"',
    '"0000-01-01T00:00:00Z"',
    '"1.0"',
    '"record_created"',
  ],
  ...[
    '"graph_snapshot"',
    '"pith_registry"',
    '"author"',
    '"signed_v1"',
    '"assembled_by_mirror"',
    '"bundle_sha256_bytes"',
  ],
  ...[
    '"canonical_sha256_bytes"',
    '"open_graph_event_sha256_bytes"',
    `"sha256:${'0'.repeat(64)}"`,
    `"${'A'.repeat(86)}=="`,
  ],
  ...[registryKey, secondKey, authorKey, strangerKey].flatMap((key) => [
    `"${key.keyId}"`,
    `"${fingerprintOf(key.publicKey)}"`,
  ]),
  ...PARTS.map((part) => JSON.stringify(part)),
];

const TOKEN = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[^\s]/gs;
const isScalar = (token: string): boolean => /^["\w+-]/.test(token);

/** One character of a string as an escape: the same content in other bytes. */
function escapeOne(token: string, random: Random): string {
  const at = 1 + random.below(token.length - 2);
  const unit = token.charAt(at);
  if (token.length < 3 || token.includes('\\')) return token;
  return `${token.slice(0, at)}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}${token.slice(at + 1)}`;
}

type TokenChange = (tokens: string[], at: number, random: Random) => void;
const TOKEN_CHANGES: readonly TokenChange[] = [
  (tokens, at, random) => {
    tokens[at] = random.pick(VALUES);
  },
  (tokens, at, random) => {
    tokens[at] = escapeOne(tokens[at] ?? '', random);
  },
  (tokens, at, random) => {
    const other = random.below(tokens.length);
    [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
  },
  (tokens, at) => {
    const [token = ''] = tokens.slice(at);
    tokens.splice(at, 0, token);
  },
  (tokens, at) => {
    tokens.splice(at, 1);
  },
  (tokens, at, random) => {
    tokens.splice(at, 0, random.pick([' ', '\n', '\t\r', '\u00a0', '\ufeff', '/**/', ',', '\u0000']));
  },
  (tokens, _, random) => {
    const open = tokens.flatMap((token, i) => (token === '{' && tokens[i + 1] !== '}' ? [i] : []));
    const name = random.pick([
      '"__proto__"',
      '"x"',
      '"state"',
      '"toJSON"',
      '"event_type"',
      '"signature"',
      '"\\ud800"',
      '"9"',
    ]);
    tokens.splice(random.pick(open) + 1, 0, name, ':', random.pick(VALUES), ',');
  },
  (tokens, at, random) => {
    const digit = /\d/.exec(tokens[at] ?? '');
    if (digit) tokens[at] = (tokens[at] ?? '').replace(digit[0], String(random.below(10)));
  },
];

export function mutateTokens(text: string, random: Random): string {
  const tokens: string[] = text.match(TOKEN) ?? [];
  for (let left = random.chance(70) ? 1 : 1 + random.below(4); left > 0; left--) {
    const scalars = tokens.flatMap((token, i) => (isScalar(token) ? [i] : []));
    if (scalars.length === 0 || !tokens.includes('{')) break;
    random.pick(TOKEN_CHANGES)(tokens, random.pick(scalars), random);
  }
  return tokens.join('');
}

interface Spot {
  readonly holder: Data;
  readonly name: string;
}

function spotsOf(value: Data, found: Spot[] = []): readonly Spot[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const name of Object.keys(value)) {
    found.push({ holder: value, name });
    spotsOf(value[name], found);
  }
  return found;
}

const copy = (value: Data): Data => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

function someValue(document: Data, random: Random): Data {
  if (random.chance(30)) return copy(random.pick(PARTS));
  const { holder, name } = random.pick(spotsOf(random.chance(50) ? document : JSON.parse(random.pick(BASES).text)));
  return copy(holder[name]);
}

type StructureChange = (spot: Spot, document: Data, random: Random) => void;
const STRUCTURE_CHANGES: readonly StructureChange[] = [
  ({ holder, name }) => {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  },
  ({ holder, name }, document, random) => {
    holder[name] = someValue(document, random);
  },
  ({ holder, name }, document, random) => {
    const other = random.pick(spotsOf(document));
    [holder[name], other.holder[other.name]] = [copy(other.holder[other.name]), copy(holder[name])];
  },
  ({ holder, name }) => {
    if (Array.isArray(holder)) holder.push(copy(holder[Number(name)]));
    else holder[`${name}_2`] = copy(holder[name]);
  },
  ({ holder, name }) => {
    if (Array.isArray(holder)) holder.reverse();
    else holder[name.toUpperCase()] = copy(holder[name]);
  },
  ({ holder, name }, _, random) => {
    if (typeof holder[name] === 'string')
      holder[name] = random.pick([`${holder[name]}\n`, holder[name].toUpperCase(), `${holder[name]}=`, '']);
  },
  (_, document, random) => {
    if (Array.isArray(document.events))
      document.events.splice(random.below(document.events.length), 0, copy(random.pick(PARTS)));
  },
  (_, document, random) => {
    const record = document.canonical_record;
    if (typeof record?.metadata !== 'object' || record.metadata === null) return;
    record.metadata.license = `license ${random.below(1000)}`;
    if (random.chance(30))
      record.source = { kind: 'arxiv', id: `2606.0${random.below(10)}001`, version: random.below(3) };
  },
];

/** A change to a record is made in each place that holds it, so that what rests on the record is reached. */
function spreadRecord(document: Data): void {
  const record = document.canonical_record;
  if (record?.source !== undefined) document.source = copy(record.source);
  for (const event of Array.isArray(document.events) ? document.events : []) {
    if (event?.payload?.canonical_record !== undefined) event.payload.canonical_record = copy(record);
  }
}

/** Every statement by one key becomes one by another, which names itself. */
function reattribute(text: string, random: Random): string {
  const [from, to] = [
    random.pick([registryKey, authorKey, secondKey]),
    random.pick([authorKey, secondKey, strangerKey]),
  ];
  const renamed = random.chance(80) ? text.replaceAll(from.keyId, to.keyId) : text;
  return renamed
    .replaceAll(fingerprintOf(from.publicKey), fingerprintOf(to.publicKey))
    .replaceAll(Buffer.from(from.publicKey).toString('hex'), Buffer.from(to.publicKey).toString('hex'))
    .replaceAll(Buffer.from(from.publicKey).toString('base64'), Buffer.from(to.publicKey).toString('base64'));
}

export function mutateStructure({ text }: Base, random: Random): string {
  if (random.chance(8)) return reattribute(text, random);
  const document: Data = JSON.parse(text);
  for (let left = random.chance(70) ? 1 : 1 + random.below(4); left > 0; left--) {
    const spots = spotsOf(document);
    if (spots.length > 0) random.pick(STRUCTURE_CHANGES)(random.pick(spots), document, random);
  }
  if (random.chance(50)) spreadRecord(document);
  return JSON.stringify(document);
}
