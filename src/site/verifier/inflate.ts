/** Gives back the bytes of a bundle that a page carries compressed. With fflate, because older browsers have no inflate of their own. */
import { inflateSync } from 'fflate';

/** The text is not what {@link inflated} reads. */
export class DamagedText extends Error {}

/**
 * @param text raw deflate in base64.
 * @throws DamagedText if it is anything else.
 * @throws any error of a browser that lacks something, which says nothing about the text.
 */
export function inflated(text: string): Uint8Array {
  try {
    return inflateSync(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  } catch (error) {
    // fflate and atob number their errors; a missing built-in gives an error without a number.
    if (error instanceof Object && 'code' in error)
      throw new DamagedText('the copy of the bundle in this page is damaged.');
    throw error;
  }
}
