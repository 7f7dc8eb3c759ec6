/**
 * OpenTimestamps proofs (`.ots`): reader, writer, and the merge of two proofs of one message.
 *
 * A proof is a digest and a tree: each branch is an operation on the message so far, each leaf an attestation of it.
 *
 *     004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294   magic
 *     01                            version
 *     08 03ba204e…b3bf              SHA-256 of the file
 *     f0 10 d7d2…                   append 16 bytes
 *     08                            SHA-256
 *     ff                            one more branch follows this one
 *        00 83dfe30d2ef90c8e 23 …   pending at a calendar
 *     00 0588960d73d71901 03 f7ef15 Bitcoin block 358391
 *
 * The format and its limits are those of python-opentimestamps 0.4.5, `opentimestamps/core/timestamp.py` and `notary.py`.
 */
import { compareCodePoints, encodeHex, equalBytes } from '../bytes.ts';
import {
  applyOperation,
  FILE_HASHES,
  type FileHash,
  MAX_MESSAGE,
  OPERATION_TAGS,
  type Operation,
} from './operations.ts';

const MAGIC = Uint8Array.of(
  ...[0x00, 0x4f, 0x70, 0x65, 0x6e, 0x54, 0x69, 0x6d, 0x65, 0x73, 0x74, 0x61, 0x6d, 0x70, 0x73, 0x00],
  ...[0x00, 0x50, 0x72, 0x6f, 0x6f, 0x66, 0x00, 0xbf, 0x89, 0xe2, 0xe8, 0x84, 0xe8, 0x92, 0x94],
);
const VERSION = 1;

/** Attestations by their tag of 8 bytes. */
const ATTESTATION_TAGS = {
  bitcoin: '0588960d73d71901',
  pending: '83dfe30d2ef90c8e',
} as const;

const MAX_PAYLOAD = 8192;
const MAX_URI = 1000;
const MAX_DEPTH = 256;
/** Proofs from real calendars are a few kilobytes; a tree of this size is read in milliseconds. */
export const MAX_PROOF = 1 << 20;
const URI_PATTERN = /^[A-Za-z0-9.\-_/:]*$/;

export type Attestation =
  /** The message, reversed, is the Merkle root of the Bitcoin block at this height. */
  | { readonly kind: 'bitcoin'; readonly height: number }
  /** A calendar promised to include the message in a later block. */
  | { readonly kind: 'pending'; readonly uri: string }
  /** Another kind, kept unchanged. `tag` has 16 hexadecimal digits. */
  | { readonly kind: 'unknown'; readonly tag: string; readonly payload: Uint8Array };

export interface Branch {
  readonly operation: Operation;
  readonly timestamp: TimestampTree;
}

/** A message, its attestations and its branches. It has at least one attestation or branch. */
export interface TimestampTree {
  readonly message: Uint8Array;
  readonly attestations: readonly Attestation[];
  readonly branches: readonly Branch[];
}

export interface TimestampProof {
  readonly hash: FileHash;
  /** The digest of the file, by `hash`. The timestamp begins with it. */
  readonly timestamp: TimestampTree;
}

/** The bytes are not an OpenTimestamps proof. `offset` is where reading stopped. */
export class TimestampError extends Error {
  override readonly name = 'TimestampError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message}, at byte ${offset}`);
    this.offset = offset;
  }
}

class Reader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    if (bytes.length > MAX_PROOF)
      throw new TimestampError(`expected a proof of at most ${MAX_PROOF} bytes, got ${bytes.length}`, 0);
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  fail(message: string): never {
    throw new TimestampError(message, this.at);
  }

  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) this.fail(`expected ${count} more bytes, got the end of the proof`);
    const taken = this.bytes.slice(this.at, this.at + count);
    this.at += count;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  /** An unsigned LEB128 number. @throws TimestampError beyond 2^53 - 1, where numbers stop being exact. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) this.fail('expected a number below 2^53');
      if (byte < 0x80) return value;
      if (factor > 2 ** 53) this.fail('expected a number below 2^53');
    }
  }

  /** Bytes preceded by their count. */
  counted(least: number, most: number): Uint8Array {
    const count = this.number();
    if (count < least || count > most) this.fail(`expected ${least} to ${most} bytes, got a count of ${count}`);
    return this.take(count);
  }
}

const ascii = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

function readAttestation(reader: Reader): Attestation {
  const tag = encodeHex(reader.take(8));
  const payload = reader.counted(0, MAX_PAYLOAD);
  const inner = new Reader(payload);
  const whole = <T>(value: T): T =>
    inner.isAtEnd ? value : reader.fail('expected the end of the attestation, got more bytes');
  switch (tag) {
    case ATTESTATION_TAGS.bitcoin:
      return whole({ kind: 'bitcoin', height: inner.number() });
    case ATTESTATION_TAGS.pending: {
      const uri = ascii(inner.counted(0, MAX_URI));
      if (!URI_PATTERN.test(uri)) reader.fail('expected the address of a calendar, got other characters');
      return whole({ kind: 'pending', uri });
    }
    default:
      return { kind: 'unknown', tag, payload };
  }
}

// A search, since a Map made here would be part of every script that uses the protocol.
const operationOfTag = (tag: number): Operation['kind'] | undefined =>
  (Object.keys(OPERATION_TAGS) as Operation['kind'][]).find((kind) => OPERATION_TAGS[kind] === tag);

function readOperation(reader: Reader, tag: number): Operation {
  const kind = operationOfTag(tag);
  if (kind === undefined) return reader.fail(`expected an operation, got the tag 0x${encodeHex(Uint8Array.of(tag))}`);
  if (kind === 'append' || kind === 'prepend') return { kind, operand: reader.counted(1, MAX_MESSAGE) };
  return { kind };
}

function apply(reader: Reader, operation: Operation, message: Uint8Array): Uint8Array {
  try {
    return applyOperation(operation, message);
  } catch (error) {
    if (error instanceof RangeError) return reader.fail(error.message);
    throw error;
  }
}

function readTree(reader: Reader, message: Uint8Array, depth: number): TimestampTree {
  if (depth > MAX_DEPTH) reader.fail(`expected at most ${MAX_DEPTH} operations on one another, got more`);
  const attestations: Attestation[] = [];
  const branches: Branch[] = [];
  for (;;) {
    const first = reader.byte();
    const isLast = first !== 0xff;
    const tag = isLast ? first : reader.byte();
    if (tag === 0x00) attestations.push(readAttestation(reader));
    else {
      const operation = readOperation(reader, tag);
      branches.push({
        operation,
        timestamp: readTree(reader, apply(reader, operation, message), depth + 1),
      });
    }
    if (isLast) return { message, attestations, branches };
  }
}

/**
 * Reads the tree that a calendar returns for a message.
 *
 * @throws TimestampError if the bytes are not such a tree, or if more bytes follow it.
 */
export function parseTimestampTree(bytes: Uint8Array, message: Uint8Array): TimestampTree {
  const reader = new Reader(bytes);
  const timestamp = readTree(reader, message, 0);
  if (!reader.isAtEnd) reader.fail('expected the end of the proof, got more bytes');
  return timestamp;
}

/** Whether the bytes begin as an OpenTimestamps proof does. */
export function isTimestampProof(bytes: Uint8Array): boolean {
  return equalBytes(bytes.slice(0, MAGIC.length), MAGIC);
}

/** @throws TimestampError if the bytes are not an OpenTimestamps proof of version 1, or exceed one of its limits. */
export function parseTimestampProof(bytes: Uint8Array): TimestampProof {
  const reader = new Reader(bytes);
  if (!isTimestampProof(bytes)) reader.fail('expected an OpenTimestamps proof, got other bytes');
  reader.take(MAGIC.length);
  const version = reader.number();
  if (version !== VERSION) reader.fail(`expected version ${VERSION} of the format, got ${version}`);
  const kind = operationOfTag(reader.byte());
  if (kind !== 'sha256' && kind !== 'sha1' && kind !== 'ripemd160')
    return reader.fail(`expected the hash of a file: ${Object.keys(FILE_HASHES).join(', ')}`);
  const timestamp = readTree(reader, reader.take(FILE_HASHES[kind]), 0);
  if (!reader.isAtEnd) reader.fail('expected the end of the proof, got more bytes');
  return { hash: kind, timestamp };
}

/** An attestation with the message that it attests. */
export interface Attested {
  readonly attestation: Attestation;
  readonly message: Uint8Array;
}

/** Every attestation of a tree, in the order of the proof. */
export function attestationsOf({ message, attestations, branches }: TimestampTree): readonly Attested[] {
  return [
    ...attestations.map((attestation) => ({ attestation, message })),
    ...branches.flatMap(({ timestamp }) => attestationsOf(timestamp)),
  ];
}

function formatNumber(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

const formatCounted = (bytes: ArrayLike<number>): readonly number[] => [
  ...formatNumber(bytes.length),
  ...Array.from(bytes),
];

const bytesOfHex = (hex: string): readonly number[] =>
  Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));

function formatAttestation(attestation: Attestation): readonly number[] {
  switch (attestation.kind) {
    case 'bitcoin':
      return [...bytesOfHex(ATTESTATION_TAGS.bitcoin), ...formatCounted(formatNumber(attestation.height))];
    case 'pending': {
      const uri = Array.from(attestation.uri, (char) => char.charCodeAt(0));
      return [...bytesOfHex(ATTESTATION_TAGS.pending), ...formatCounted(formatCounted(uri))];
    }
    default:
      return [...bytesOfHex(attestation.tag), ...formatCounted(attestation.payload)];
  }
}

function formatOperation(operation: Operation): readonly number[] {
  const tag = OPERATION_TAGS[operation.kind];
  return 'operand' in operation ? [tag, ...formatCounted(operation.operand)] : [tag];
}

/** Order of byte strings: by the first byte that differs, then by length. */
function compareBytes(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const tagOf = (attestation: Attestation): string =>
  attestation.kind === 'unknown' ? attestation.tag : ATTESTATION_TAGS[attestation.kind];

/** By tag, then by height or address: as python-opentimestamps sorts them, so that both write the same bytes. */
function compareAttestations(a: Attestation, b: Attestation): number {
  if (a.kind === 'bitcoin' && b.kind === 'bitcoin') return a.height - b.height;
  if (a.kind === 'pending' && b.kind === 'pending') return compareCodePoints(a.uri, b.uri);
  if (a.kind === 'unknown' && b.kind === 'unknown' && a.tag === b.tag) return compareBytes(a.payload, b.payload);
  return compareCodePoints(tagOf(a), tagOf(b));
}

const operandOf = (operation: Operation): Uint8Array =>
  'operand' in operation ? operation.operand : new Uint8Array(0);

const compareOperations = (a: Operation, b: Operation): number =>
  OPERATION_TAGS[a.kind] - OPERATION_TAGS[b.kind] || compareBytes(operandOf(a), operandOf(b));

/** The bytes of a tree: attestations first, then branches, each sorted, so that one tree has one form. */
function formatTree({ attestations, branches }: TimestampTree): readonly number[] {
  const items = [
    ...attestations.toSorted(compareAttestations).map((attestation) => [0x00, ...formatAttestation(attestation)]),
    ...branches
      .toSorted((a, b) => compareOperations(a.operation, b.operation))
      .map(({ operation, timestamp }) => [...formatOperation(operation), ...formatTree(timestamp)]),
  ];
  return items.flatMap((item, i) => (i < items.length - 1 ? [0xff, ...item] : item));
}

/** The bytes of a proof. Reading them gives the same proof, except for the order of siblings. */
export function formatTimestampProof({ hash, timestamp }: TimestampProof): Uint8Array {
  return Uint8Array.from([...MAGIC, VERSION, OPERATION_TAGS[hash], ...timestamp.message, ...formatTree(timestamp)]);
}

const keyOfOperation = (operation: Operation): string => formatOperation(operation).join(' ');
const keyOfAttestation = (attestation: Attestation): string => formatAttestation(attestation).join(' ');

/**
 * One tree with every attestation and branch of both.
 *
 * @throws RangeError if they begin with different messages.
 */
export function mergeTimestampTrees(a: TimestampTree, b: TimestampTree): TimestampTree {
  if (!equalBytes(a.message, b.message)) throw new RangeError('expected two timestamps of one message');
  const attestations = new Map([...a.attestations, ...b.attestations].map((one) => [keyOfAttestation(one), one]));
  const branches = new Map<string, Branch>();
  for (const branch of [...a.branches, ...b.branches]) {
    const key = keyOfOperation(branch.operation);
    const known = branches.get(key);
    const timestamp = known === undefined ? branch.timestamp : mergeTimestampTrees(known.timestamp, branch.timestamp);
    branches.set(key, { operation: branch.operation, timestamp });
  }
  return { message: a.message, attestations: [...attestations.values()], branches: [...branches.values()] };
}
