/** Gives back the bytes of a bundle that a page carries. With fflate, because older browsers have no inflate of their own. */
import { inflateSync } from 'fflate';

/** The text is not what {@link inflated} reads. */
export class DamagedText extends Error {
  constructor() {
    super('the copy of the bundle in this page is damaged.');
  }
}

/**
 * The bytes of a bundle, from what the page's data say of it.
 *
 * @throws DamagedText if the page does not have it.
 * @throws any error of a browser that lacks something, which says nothing about the page.
 */
export function embeddedBytes(bundle: string): Uint8Array {
  if (!bundle.startsWith('#')) return inflated(bundle);
  const text = document.getElementById(bundle.slice(1))?.textContent;
  if (!text) throw new DamagedText();
  return new TextEncoder().encode(text);
}

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
    if (error instanceof Object && 'code' in error) throw new DamagedText();
    throw error;
  }
}
