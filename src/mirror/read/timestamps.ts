/**
 * OpenTimestamps proofs that the operator puts into `timestamps/` in the folder of bundles, so that the site publishes them:
 *
 *     timestamps/2026-07-01.txt       a copy of records/snapshot.txt, or a list of digests (.sha256), that was stamped
 *     timestamps/2026-07-01.txt.ots   its proof, as `pith-mirror stamp` writes it
 *     timestamps/953001.hex           the header of a Bitcoin block that a proof leads to: 160 hexadecimal digits
 *
 * A copy, because the next update changes the snapshot: the proof would then be of a file that nobody has.
 */
import { hash } from 'node:crypto';
import {
  compareCodePoints,
  encodeHex,
  HEADER_LENGTH,
  type HeaderSource,
  isProofOf,
  ParseError,
  parseHeaderHex,
  parseTimestampProof,
  TimestampError,
  type TimestampProof,
  verifyAttestations,
} from '../../protocol/index.ts';
import { TIMESTAMPS } from '../base/paths.ts';
import { type InputFile, readInput, unreadable } from './read.ts';

/** A snapshot has 180 bytes. The lists of a large site's digests are covered by one of them, `sums/site.sha256`. */
const MOST_BYTES = 1 << 20;
/** Proofs that a site publishes; more are rejected, because the home page shows each. */
const MOST_PROOFS = 100;
/** Names that every file system and every host can hold. */
const STAMPED_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,90}[A-Za-z0-9])?\.(?:txt|sha256)$/;
const HEADER_NAME = /^(0|[1-9]\d{0,8})\.hex$/;

/** The name of the file that a proof is of. */
export const stampedBy = (proof: string): string => proof.slice(0, -'.ots'.length);

/** Whether a name relative to the input is one of these files, whatever its ending. */
export const isTimestampFile = (name: string): boolean =>
  name.startsWith(`${TIMESTAMPS}/`) && !name.includes('/', TIMESTAMPS.length + 1);

/** A file that is published as it is; in base64, so that it can be kept as JSON. */
export interface TimestampFile {
  /** Without the folder. */
  readonly name: string;
  readonly base64: string;
}

export interface RejectedTimestamp {
  /** Relative to the input. */
  readonly name: string;
  readonly sha256: string | null;
  readonly error: ParseError;
}

export interface Timestamps {
  /** By name: proofs, what each is of, and headers that prove one. */
  readonly files: readonly TimestampFile[];
  readonly rejected: readonly RejectedTimestamp[];
  /** Equal if the files and the rejected ones are. */
  readonly digest: string;
  /** Files that are not published, and why. */
  readonly notes: readonly string[];
}

/** Bytes of a header file. @throws ParseError */
function parseHeader(bytes: Uint8Array): Uint8Array {
  const header = parseHeaderHex(Buffer.from(bytes).toString('latin1'));
  if (header === null)
    throw unreadable(`expected a block header of ${2 * HEADER_LENGTH} hexadecimal digits, got ${bytes.length} bytes`);
  return header;
}

/** @throws ParseError */
function parseProof(bytes: Uint8Array): TimestampProof {
  try {
    return parseTimestampProof(bytes);
  } catch (error) {
    if (error instanceof TimestampError) throw unreadable(error.message);
    throw error;
  }
}

function readSmall(file: InputFile): Uint8Array {
  const bytes = readInput(file);
  if (bytes.length > MOST_BYTES)
    throw new ParseError({
      code: 'too_large',
      path: '',
      message: `expected at most ${MOST_BYTES} bytes, got ${bytes.length}; stamp records/snapshot.txt or sums/site.sha256`,
    });
  return bytes;
}

/** Why a header does not prove what leads to its block; null if it does for one proof at least, or if none leads there. */
function troubleOfHeader(height: number, header: Uint8Array, proofs: Iterable<TimestampProof>): string | null {
  const source: HeaderSource = (at) => (at === height ? header : null);
  const verdicts = [...proofs].flatMap((proof) => verifyAttestations(proof, source));
  if (verdicts.some(({ kind }) => kind === 'proved')) return null;
  for (const verdict of verdicts)
    if (verdict.kind === 'failed')
      return verdict.reason === 'merkle_root'
        ? `expected the Merkle root that a proof leads to, got ${encodeHex(verdict.header.merkleRoot.slice().reverse())}; it is not block ${height}, or the proof is wrong`
        : `expected a header with the proof of work that it claims, got one that hashes to ${verdict.header.hash}`;
  return null;
}

/** The block whose header is given and does not fit the proof; null if there is none. */
function wrongBlock(proof: TimestampProof, headers: ReadonlyMap<number, Uint8Array>): number | null {
  const verdicts = verifyAttestations(proof, (height) => headers.get(height) ?? null);
  const wrong = verdicts.find(({ kind }) => kind === 'failed');
  return wrong?.kind === 'failed' ? wrong.height : null;
}

/** Reads each file once, and keeps what went wrong. */
class Reader {
  readonly rejected: RejectedTimestamp[] = [];
  readonly #read = new Map<string, Uint8Array>();
  readonly #files: ReadonlyMap<string, InputFile>;

  constructor(files: readonly InputFile[]) {
    this.#files = new Map(files.map((file) => [file.name.slice(TIMESTAMPS.length + 1), file]));
  }

  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  reject(name: string, error: ParseError): void {
    const bytes = this.#read.get(name);
    const sha256 = bytes === undefined ? null : hash('sha256', bytes);
    this.rejected.push({ name: `${TIMESTAMPS}/${name}`, sha256, error });
  }

  /** @returns null for a file that is rejected. */
  take<T>(name: string, parse: (bytes: Uint8Array) => T): { readonly bytes: Uint8Array; readonly value: T } | null {
    try {
      const file = this.#files.get(name);
      if (file === undefined) throw unreadable('expected a file, got nothing of that name');
      const bytes = this.#read.get(name) ?? readSmall(file);
      this.#read.set(name, bytes);
      return { bytes, value: parse(bytes) };
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.reject(name, error);
      return null;
    }
  }
}

/** A proof and its file, both published. */
function takePair(reader: Reader, name: string): readonly [TimestampProof, Uint8Array, Uint8Array] | null {
  const stamped = stampedBy(name);
  const proof = reader.take(name, (bytes) => {
    if (!STAMPED_NAME.test(stamped))
      throw unreadable('expected a name of letters, digits, ".", "-" and "_" that ends in .txt.ots or .sha256.ots');
    if (!reader.has(stamped))
      throw unreadable(`expected ${stamped} next to it, the file that was stamped; put a copy of it there`);
    return parseProof(bytes);
  });
  if (proof === null) return null;
  const file = reader.take(stamped, (bytes) => bytes);
  if (file === null) return null;
  if (isProofOf(proof.value, file.bytes)) return [proof.value, proof.bytes, file.bytes];
  const digest = encodeHex(proof.value.timestamp.message);
  reader.reject(
    name,
    unreadable(`expected the proof of ${stamped}, got that of a file with the ${proof.value.hash} digest ${digest}`),
  );
  return null;
}

/** The proofs that are accepted, by name. What is published is added to `accepted`. */
function takePairs(reader: Reader, accepted: Map<string, Uint8Array>): Map<string, TimestampProof> {
  const proofs = new Map<string, TimestampProof>();
  for (const name of reader.names) {
    if (!name.endsWith('.ots')) continue;
    if (proofs.size === MOST_PROOFS) {
      reader.reject(name, unreadable(`expected at most ${MOST_PROOFS} proofs, got more; remove old ones`));
      continue;
    }
    const pair = takePair(reader, name);
    if (pair === null) continue;
    const [proof, bytes, stamped] = pair;
    proofs.set(name, proof);
    accepted.set(name, bytes);
    accepted.set(stampedBy(name), stamped);
  }
  return proofs;
}

/** The headers that prove something, by height. */
function takeHeaders(
  reader: Reader,
  accepted: Map<string, Uint8Array>,
  proofs: readonly TimestampProof[],
): ReadonlyMap<number, Uint8Array> {
  const verdicts = proofs.flatMap((proof) => verifyAttestations(proof, () => null));
  const heights = new Set(verdicts.flatMap((verdict) => (verdict.kind === 'no_header' ? [verdict.height] : [])));
  const headers = new Map<number, Uint8Array>();
  for (const name of reader.names) {
    const height = Number(HEADER_NAME.exec(name)?.[1] ?? -1);
    if (!heights.has(height)) continue;
    const header = reader.take(name, (bytes) => {
      const parsed = parseHeader(bytes);
      const trouble = troubleOfHeader(height, parsed, proofs);
      if (trouble !== null) throw unreadable(trouble);
      return parsed;
    });
    if (header === null) continue;
    accepted.set(name, header.bytes);
    headers.set(height, header.value);
  }
  return headers;
}

function* notesOf(reader: Reader, accepted: ReadonlyMap<string, Uint8Array>): Generator<string> {
  const rejected = new Set(reader.rejected.map(({ name }) => name));
  for (const name of reader.names) {
    const whole = `${TIMESTAMPS}/${name}`;
    // What a rejected proof is of needs no word of its own.
    if (accepted.has(name) || rejected.has(whole) || rejected.has(`${whole}.ots`)) continue;
    yield HEADER_NAME.test(name)
      ? `not published, because no proof leads to this block: ${whole}`
      : `not published, because it has no proof (${name}.ots): ${whole}`;
  }
}

/**
 * Reads the files of `timestamps/`. Each is accepted or rejected on its own.
 *
 * @param given in the order of their names.
 */
export function readTimestamps(given: readonly InputFile[]): Timestamps {
  const reader = new Reader(given);
  const accepted = new Map<string, Uint8Array>();
  const proofs = takePairs(reader, accepted);
  const headers = takeHeaders(reader, accepted, [...proofs.values()]);
  for (const [name, proof] of proofs) {
    const height = wrongBlock(proof, headers);
    if (height === null) continue;
    // The header proves another proof, so it is this one that is wrong.
    reader.reject(
      name,
      unreadable(`expected a proof that leads to the Merkle root of block ${height}, got another root`),
    );
    accepted.delete(name);
    accepted.delete(stampedBy(name));
  }
  const files = [...accepted]
    .map(([name, bytes]) => ({ name, base64: Buffer.from(bytes).toString('base64') }))
    .sort((a, b) => compareCodePoints(a.name, b.name));
  const refused = reader.rejected.map(({ name, sha256, error }) => [name, sha256, error.message]);
  const digest = hash('sha256', JSON.stringify([files, refused]));
  return { files, rejected: reader.rejected, digest, notes: [...notesOf(reader, accepted)] };
}
