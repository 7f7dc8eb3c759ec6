/**
 * Known-answer tests that an engine must pass before any of its verdicts counts.
 *
 * A platform that lacks a feature or computes something wrongly would reject good bundles, and a false accusation is
 * the worst thing a mirror can do. So every step of a verification (UTF-8, JSON, canonical text, digest, signature)
 * first runs on data with a known result.
 */
import { decodeHex, encodeUtf8 } from '../bytes.ts';
import { digestOf } from '../digest.ts';
import { type Engine, EngineError } from '../engine.ts';
import { parseJson } from '../parse/json.ts';

/** A JSON text with every kind of value, whose canonical text is `{"":[-0.0,1e+16,10,true,null],"ÿ":{"A":"\u001f\"/","a":"😀"}}`. */
const JSON_TEXT = '{ "\\u00ff": {"a": "\\ud83d\\ude00", "A": "\\u001F\\"\\/"}, "": [-0.0, 1E16, 10, true, null] }';
/** SHA-256 of that canonical text, as Python 3 computes it. */
const JSON_SHA256 = '7b6ad4e3cb03587bc56d50f63e0589e7018cedce131b4d542275605fcfe2781e';

/** The valid signature and the message of `test/vectors/ed25519.jsonl`; all values below come from there too. */
const KEY = 'c9618e41237228c813b4151368df8ea7cb1d0ecd0567fc93a7790e20f53ce878';
const MESSAGE = '0521ef20348de96231d9e0c05b0832f4a4b4b490a628075ab64cf18b60820a9d';
const R = 'c347fed985da3013986a5d0ce9ee041a0a4797a37831df4ae2786de4e0d04ad5';
const S = 'c6cc3d3cc42d967780db01a7992f1337aa940bcbc44df003eac592eb971b4f02';

/** Signatures that some verifier would accept, by what is wrong with each. */
const FORGERIES: readonly (readonly [fault: string, message: string, signature: string])[] = [
  ['another S', MESSAGE, `${R}c7${S.slice(2)}`],
  ['another message', `04${MESSAGE.slice(2)}`, `${R}${S}`],
  ['S + L', MESSAGE, `${R}b3a03399de90a8cf5678f9497829f24baa940bcbc44df003eac592eb971b4f12`],
  [
    'an R of small order',
    MESSAGE,
    `01${'0'.repeat(62)}4918f6b75132633546144688eff2441f10d8bdbe26de67db96cf9d1d328f1e00`,
  ],
  [
    'an R with torsion',
    MESSAGE,
    '9f1501b19b17331ce44ae8bb3f4cf452d583e15b45d739b66961a26bf1286938b6990ea2d230e756b257a9f7bf11ad712000bdf98b8f6e6218efdd38bad16c09',
  ],
];

const bytesOf = (hex: string): Uint8Array => decodeHex(hex, hex.length / 2) ?? new Uint8Array();

const verifies = (engine: Engine, message: string, signature: string): boolean =>
  engine.verify(bytesOf(KEY), bytesOf(message), bytesOf(signature));

/** Describes the first wrong answer of an engine, or returns null if every answer is right. */
function faultOf(engine: Engine): string | null {
  const digest = digestOf(parseJson(encodeUtf8(JSON_TEXT)), engine.sha256Hex);
  if (digest !== JSON_SHA256) return `the digest of a known document came out as ${digest}`;
  if (!verifies(engine, MESSAGE, `${R}${S}`)) return 'a good signature was refused';
  for (const [fault, message, signature] of FORGERIES) {
    if (verifies(engine, message, signature)) return `a forged signature (${fault}) was accepted`;
  }
  return null;
}

/** Engines that passed. An engine is tested once in each process, thread or page. */
const tested = new WeakSet<Engine>();

/**
 * Makes sure that an engine works on this platform, before anything is verified with it. The first call takes a few milliseconds.
 *
 * @throws EngineError if a known answer is wrong, or cannot be computed.
 */
export function assertEngineWorks(engine: Engine): void {
  if (tested.has(engine)) return;
  let fault: string | null;
  try {
    fault = faultOf(engine);
  } catch (error) {
    fault = `known documents could not be verified (${error instanceof Error ? error.message : String(error)})`;
  }
  if (fault !== null) throw new EngineError(`verification does not work here: ${fault}`);
  tested.add(engine);
}
