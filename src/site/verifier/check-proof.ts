/** Checks an OpenTimestamps proof with the files that a reader gave. Pure. */
import {
  encodeHex,
  HEADER_LENGTH,
  isProofOf,
  parseTimestampProof,
  type TimestampProof,
  verifyAttestations,
} from '../../protocol/index.ts';
import { attestationText } from '../shared/attestation.ts';

/** A file that the reader gave. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a proof shows of a file. */
export interface TimestampOutcome {
  readonly outcome: 'proved' | 'unchecked' | 'failed';
  readonly headline: string;
  readonly sentences: readonly string[];
}

/** Block headers among the files: `HEIGHT.hex` with 160 hexadecimal digits. */
function headersIn(files: readonly GivenFile[]): ReadonlyMap<number, Uint8Array> {
  const headers = new Map<number, Uint8Array>();
  for (const { name, bytes } of files) {
    const height = /^(\d{1,15})\.hex$/.exec(name)?.[1];
    const text = Array.from(bytes.subarray(0, 200), (byte) => String.fromCharCode(byte))
      .join('')
      .trim();
    if (height === undefined || !/^[0-9a-fA-F]{160}$/.test(text)) continue;
    const header = Uint8Array.from({ length: HEADER_LENGTH }, (_, i) =>
      Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
    );
    headers.set(Number(height), header);
  }
  return headers;
}

/**
 * Checks one proof.
 *
 * @param files everything that the reader gave: the file that was stamped is known by its digest, whatever its name.
 */
export function checkProof(proof: GivenFile, files: readonly GivenFile[]): TimestampOutcome {
  let parsed: TimestampProof;
  try {
    parsed = parseTimestampProof(proof.bytes);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
    return { outcome: 'failed', headline: 'Not a valid proof', sentences: [sentence] };
  }
  const digest = `${parsed.hash} ${encodeHex(parsed.timestamp.message)}`;
  const stamped = files.find((file) => file !== proof && isProofOf(parsed, file.bytes));
  if (stamped === undefined) {
    const named = files.find(({ name }) => `${name}.ots` === proof.name);
    if (named !== undefined)
      return {
        outcome: 'failed',
        headline: 'Proof of a different file',
        sentences: [`It is of the digest ${digest}, which is not that of ${named.name}.`],
      };
    return {
      outcome: 'unchecked',
      headline: 'Not checked: the stamped file is missing',
      sentences: [`Add the file with the digest ${digest}.`],
    };
  }
  const headers = headersIn(files);
  const verdicts = verifyAttestations(parsed, (height) => headers.get(height) ?? null);
  const sentences = verdicts.map((verdict) => {
    const text = attestationText(verdict, null);
    return verdict.kind === 'no_header'
      ? `${text}. Add ${verdict.height}.hex, its 80 bytes in hexadecimal, to check it.`
      : text;
  });
  if (verdicts.some(({ kind }) => kind === 'failed'))
    return { outcome: 'failed', headline: `The proof of ${stamped.name} does not hold`, sentences };
  if (verdicts.some(({ kind }) => kind === 'proved'))
    return { outcome: 'proved', headline: `${stamped.name} is proved to be that old`, sentences };
  return { outcome: 'unchecked', headline: `${stamped.name}: no time is proved yet`, sentences };
}
