/**
 * What the tests run in a browser: the protocol and the verifier's judge, bundled as the site's scripts are, and the
 * questions put to them. The same module runs in Node.
 */
import * as protocol from '../../../src/protocol/index.ts';
import { judge } from '../../../src/site/verifier/judge.ts';

export interface Questions {
  /** JSON texts to be made canonical. */
  readonly canonical: readonly string[];
  /** Canonical records, as JSON. */
  readonly records: readonly string[];
  readonly titles: readonly string[];
  /** Public key, message, signature: hexadecimal. */
  readonly signatures: readonly (readonly [string, string, string])[];
  /** Bundles, base64, with the trust file to verify them with. */
  readonly bundles: readonly (readonly [bytes: string, trust: string])[];
}

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** What a call gives, or the codes of the ParseError that it throws. */
function attempt(call: () => string): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof protocol.ParseError) return error.problems;
    throw error;
  }
}

function verdictOf(bytes: Uint8Array, trust: string): unknown {
  const steps = judge([bytes], protocol.readTrust(trust));
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const { outcome, ledgers, findings, merged } = step.value;
  const state = merged === null ? null : protocol.decodeUtf8(merged.state.bytes);
  return { outcome, ledgers, findings, state };
}

/** The answers, as JSON: equal texts are equal answers. */
export function answer({ canonical, records, titles, signatures, bundles }: Questions): readonly string[] {
  const { canonicalize, decodeUtf8, encodeUtf8, pithNumber, sha256Hex, canonTextDigest, verifySignature } = protocol;
  const answers: readonly unknown[] = [
    ...canonical.map((text) => attempt(() => decodeUtf8(canonicalize(encodeUtf8(text))))),
    ...records.map((text) => [pithNumber(encodeUtf8(text)), sha256Hex(canonicalize(encodeUtf8(text)))]),
    ...titles.map((title) => canonTextDigest(title)),
    ...signatures.map(([key, message, signature]) =>
      verifySignature(fromHex(key), fromHex(message), fromHex(signature)),
    ),
    ...bundles.map(([bytes, trust]) => verdictOf(fromBase64(bytes), trust)),
  ];
  return answers.map((value) => JSON.stringify(value));
}

Object.assign(globalThis, { answer });
