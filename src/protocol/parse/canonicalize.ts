import { canonicalBytes } from '../canonical-json.ts';
import { parseJson } from './json.ts';

/**
 * The canonical bytes of one JSON text.
 *
 * @throws ParseError with a reading code if the text is not JSON by section 1.
 */
export function canonicalize(bytes: Uint8Array): Uint8Array {
  return canonicalBytes(parseJson(bytes));
}
