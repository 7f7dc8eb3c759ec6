/** Gives back the bytes of a bundle that a page carries compressed. With fflate, because older browsers have no inflate of their own. */
import { inflateSync } from 'fflate';

/** @param text raw deflate in base64. @throws if it is anything else. */
export function inflated(text: string): Uint8Array {
  return inflateSync(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}
